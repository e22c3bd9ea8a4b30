export { formatGtidSet } from "./format.js";
export { type GtidInterval, GtidSet } from "./gtid-set.js";
export { MalformedGtidSetError } from "./malformed-gtid-set-error.js";
export { GREATEST_NUMBER } from "./parse-gtid-set.js";
