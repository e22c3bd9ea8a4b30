export { type EndpointName, endpointName } from "./endpoints.js";
export { openRoute, type RouteOptions, routeOptions } from "./open-route.js";
export type { RouteState, TrafficRoute } from "./route.js";
export { assertRoutes, withRoutes } from "./with-routes.js";
