import { isDeepStrictEqual } from "node:util";
import { SIDES, type Side } from "../../topology/side.js";
import type { RouteState } from "../route.js";
import type { KubernetesEndpoint } from "./options.js";

/** What decides where a Service leads. */
export interface ServiceState {
  /** Empty for a Service without one: then only hand-made EndpointSlices count. */
  readonly selector: Readonly<Record<string, string>>;
  /** Addresses in the EndpointSlice of this tool; undefined when there is none. */
  readonly ownAddresses: readonly string[] | undefined;
  /** Names of the other EndpointSlices of the Service. */
  readonly otherSlices: readonly string[];
}

export function judgeService(state: ServiceState, endpoints: Readonly<Record<Side, KubernetesEndpoint>>): RouteState {
  for (const side of SIDES) if (leadsTo(state, endpoints[side])) return side;
  return "elsewhere";
}

function leadsTo({ selector, ownAddresses, otherSlices }: ServiceState, endpoint: KubernetesEndpoint): boolean {
  // The cluster keeps the slices of pods by itself.
  if ("selector" in endpoint)
    return isDeepStrictEqual({ ...selector }, endpoint.selector) && ownAddresses === undefined;
  const isOnlyOurs = Object.keys(selector).length === 0 && otherSlices.length === 0;
  return isOnlyOurs && isDeepStrictEqual([...(ownAddresses ?? [])].sort(), [...endpoint.addresses].sort());
}
