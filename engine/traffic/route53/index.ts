export { type Route53Options, route53Options } from "./options.js";
export { openRoute53Route } from "./route.js";
