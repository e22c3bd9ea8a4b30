export { type CommandOptions, commandOptions } from "./options.js";
export { openCommandRoute } from "./route.js";
