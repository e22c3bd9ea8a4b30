import { z } from "zod";
import { FerryError } from "../operation/index.js";

/** Where a route leads that leads to no server by name. */
export const STATES_WITHOUT_ENDPOINT = ["held", "elsewhere", "unset"] as const;

/** Name of a server as routes know it: `source`, `target`, or the name of another member of the tree. */
export type EndpointName = string;

/** What a route has for each server, by name: for both ends of a migration, and for any others. */
export type Endpoints<T> = Readonly<Record<"source" | "target", T>> & Readonly<Record<EndpointName, T>>;

const names = z.string().regex(/^[\w.:-]+$/, { error: "wanted a name of letters, digits and _ . : -" });
const reserved: readonly string[] = STATES_WITHOUT_ENDPOINT;

/** The name of a server besides the two ends; a state of a route cannot be one. */
export const endpointName = names.refine((name) => !reserved.includes(name), {
  error: `wanted another name than ${STATES_WITHOUT_ENDPOINT.join(", ")}`,
});

/** An object with `endpoint` for `source`, `target` and as many others as there are. */
export function endpointsSchema<T extends z.ZodType>(endpoint: T) {
  return z
    .object({ source: endpoint, target: endpoint })
    .catchall(endpoint)
    .superRefine((endpoints, context) => {
      for (const name of Object.keys(endpoints)) {
        for (const { message } of endpointName.safeParse(name).error?.issues ?? []) {
          context.addIssue({ code: "custom", path: [name], message });
        }
      }
    });
}

/** What a route has for a server; one that it does not know is an error. */
export function endpointOf<T>(endpoints: Endpoints<T>, name: EndpointName, route: string): T {
  const endpoint = Object.hasOwn(endpoints, name) ? endpoints[name] : undefined;
  if (endpoint !== undefined) return endpoint;
  throw new FerryError({
    failed: `finding server ${name}`,
    where: route,
    seen: `it knows ${Object.keys(endpoints).join(", ")}`,
    wanted: name,
    next: `add ${name} to this route in gtid-ferry:trafficRoutes`,
  });
}
