export { LabSshd, type SshdOptions } from "./sshd.js";
