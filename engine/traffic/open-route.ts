import { z } from "zod";
import type { Progress } from "../operation/index.js";
import { commandOptions, openCommandRoute } from "./command/index.js";
import { haproxyOptions, openHaproxyRoute } from "./haproxy/index.js";
import { kubernetesOptions, openKubernetesRoute } from "./kubernetes/index.js";
import type { TrafficRoute } from "./route.js";
import { openRoute53Route, route53Options } from "./route53/index.js";

/** One way by which applications reach the primary, as the configuration has it. */
export const routeOptions = z.discriminatedUnion("kind", [
  haproxyOptions,
  kubernetesOptions,
  route53Options,
  commandOptions,
]);
export type RouteOptions = z.infer<typeof routeOptions>;

/** `progress` is told what a route waits for. */
export function openRoute(options: RouteOptions, progress: Progress): TrafficRoute {
  switch (options.kind) {
    case "haproxy":
      return openHaproxyRoute(options);
    case "kubernetes":
      return openKubernetesRoute(options, progress);
    case "route53":
      return openRoute53Route(options, progress);
    case "command":
      return openCommandRoute(options);
  }
}
