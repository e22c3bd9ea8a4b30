import { z } from "zod";
import { commandOptions, openCommandRoute } from "./command/index.js";
import { haproxyOptions, openHaproxyRoute } from "./haproxy/index.js";
import type { TrafficRoute } from "./route.js";

/** One way by which applications reach the primary, as the configuration has it. */
export const routeOptions = z.discriminatedUnion("kind", [haproxyOptions, commandOptions]);
export type RouteOptions = z.infer<typeof routeOptions>;

export function openRoute(options: RouteOptions): TrafficRoute {
  switch (options.kind) {
    case "haproxy":
      return openHaproxyRoute(options);
    case "command":
      return openCommandRoute(options);
  }
}
