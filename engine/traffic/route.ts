import type { EndpointName, STATES_WITHOUT_ENDPOINT } from "./endpoints.js";

/**
 * Where a route leads now: to one of its servers by name, to nobody while connections wait (`held`), to none of its
 * servers (`elsewhere`), or nowhere because nobody has set it yet (`unset`).
 */
export type RouteState = EndpointName | (typeof STATES_WITHOUT_ENDPOINT)[number];

/**
 * A way by which applications reach the primary. Every method is idempotent, is bounded in time by itself, and throws
 * a FerryError that names the route, what was seen and what was wanted.
 */
export interface TrafficRoute {
  /** What a user calls it, e.g. "HAProxy /run/haproxy.sock, frontend mysql". Holds no secret. */
  readonly name: string;
  /** The servers that it can route to. */
  readonly endpoints: readonly EndpointName[];
  /** What `hold`, `cut` and `lead` would do, a line each, for the plan. */
  describe(to: EndpointName): readonly string[];
  /** Opens what is needed and looks, changing nothing: a route that cannot be used is found before the first change. */
  observe(): Promise<RouteState>;
  /** Makes sure that a hold ends by itself after `seconds`, whatever becomes of this process. Not in the write pause. */
  arm?(seconds: number): Promise<void>;
  /** Makes new connections wait instead of failing; nothing where the kind of route cannot. */
  hold(): Promise<void>;
  /** Ends the connections that are open to a server, so that their owners come again; nothing where the kind cannot. */
  cut(from: EndpointName): Promise<void>;
  /** Sends new connections to a server, those that wait included. Returns when the route says that it does so. */
  lead(to: EndpointName): Promise<void>;
  /** Gives back connections and timers. The route stays as it is. */
  close(): Promise<void>;
}
