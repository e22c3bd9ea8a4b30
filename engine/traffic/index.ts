export { openRoute, type RouteOptions, routeOptions } from "./open-route.js";
export type { RouteState, Side, TrafficRoute } from "./route.js";
export { withRoutes } from "./with-routes.js";
