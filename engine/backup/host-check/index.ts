export { prepareHost } from "./prepare-host.js";
