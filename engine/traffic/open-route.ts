import { z } from "zod";
import type { TrafficRoute } from "./route.js";

export const routeOptions = z.never();
export type RouteOptions = z.infer<typeof routeOptions>;

export function openRoute(options: RouteOptions): TrafficRoute {
  return options;
}
