export { type HaproxyOptions, haproxyOptions } from "./options.js";
export { openHaproxyRoute } from "./route.js";
