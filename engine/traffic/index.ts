export type { RouteState, Side, TrafficRoute } from "./route.js";
