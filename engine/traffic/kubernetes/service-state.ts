import { isDeepStrictEqual } from "node:util";
import type { RouteState } from "../route.js";
import type { KubernetesEndpoint } from "./options.js";

/** What decides where a Service leads. */
export interface ServiceState {
  /** Empty for a Service without one: then only hand-made EndpointSlices count. */
  readonly selector: Readonly<Record<string, string>>;
  /** What the EndpointSlice of this tool has; undefined when there is none. */
  readonly own: { readonly addresses: readonly string[]; readonly port: number | undefined } | undefined;
  /** Names of the other EndpointSlices of the Service. */
  readonly otherSlices: readonly string[];
  /** Addresses in those that take connections. */
  readonly otherReady: readonly string[];
}

export function judgeService(state: ServiceState, endpoints: Readonly<Record<string, KubernetesEndpoint>>): RouteState {
  for (const [name, endpoint] of Object.entries(endpoints)) if (leadsTo(state, endpoint)) return name;
  const { selector, own, otherSlices } = state;
  const isUnset = Object.keys(selector).length === 0 && own === undefined && otherSlices.length === 0;
  return isUnset ? "unset" : "elsewhere";
}

/** Whether somebody takes new connections: the cluster needs a moment to find the pods of a selector. */
export function isServed(state: ServiceState, endpoint: KubernetesEndpoint): boolean {
  return !("selector" in endpoint) || state.otherReady.length > 0;
}

function leadsTo({ selector, own, otherSlices }: ServiceState, endpoint: KubernetesEndpoint): boolean {
  // The cluster keeps the slices of pods by itself.
  if ("selector" in endpoint) return isDeepStrictEqual({ ...selector }, endpoint.selector) && own === undefined;
  const isOnlyOurs = Object.keys(selector).length === 0 && otherSlices.length === 0;
  const wanted = { addresses: [...endpoint.addresses].sort(), port: endpoint.port };
  return isOnlyOurs && isDeepStrictEqual(own && { addresses: [...own.addresses].sort(), port: own.port }, wanted);
}
