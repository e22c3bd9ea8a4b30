export { compareGtidSets, type GtidDifference, readExecuted, subtractOn } from "./compare.js";
