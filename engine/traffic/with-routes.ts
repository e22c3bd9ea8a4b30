import { type Progress, silent } from "../operation/index.js";
import { openRoute, type RouteOptions } from "./open-route.js";
import type { TrafficRoute } from "./route.js";

/** Opens routes, runs `work` with them and closes them whatever happens. */
export async function withRoutes<T>(
  options: readonly RouteOptions[],
  progress: Progress,
  work: (routes: readonly TrafficRoute[]) => Promise<T>,
): Promise<T> {
  const routes = options.map((one) => openRoute(one, progress));
  try {
    return await work(routes);
  } finally {
    await Promise.all(routes.map((route) => route.close()));
  }
}

/** Looks whether every route can be used, changing nothing; the first that cannot is an error. */
export async function assertRoutes(options: readonly RouteOptions[]): Promise<void> {
  await withRoutes(options, silent, (routes) => Promise.all(routes.map((route) => route.observe())));
}
