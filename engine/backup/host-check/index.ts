export { checkHost } from "./check-host.js";
export { prepareHost } from "./prepare-host.js";
