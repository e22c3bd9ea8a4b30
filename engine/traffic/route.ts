import type { Side } from "../topology/side.js";

/**
 * Where a route leads now: to one side, to nobody while connections wait, somewhere that is neither side, or nowhere
 * because nobody has set it yet.
 */
export type RouteState = Side | "held" | "elsewhere" | "unset";

/**
 * A way by which applications reach the primary. Every method is idempotent, is bounded in time by itself, and throws
 * a FerryError that names the route, what was seen and what was wanted.
 */
export interface TrafficRoute {
  /** What a user calls it, e.g. "HAProxy /run/haproxy.sock, frontend mysql". Holds no secret. */
  readonly name: string;
  /** What `hold`, `cut` and `lead` would do, a line each, for the plan. */
  describe(to: Side): readonly string[];
  /** Opens what is needed and looks, changing nothing: a route that cannot be used is found before the first change. */
  observe(): Promise<RouteState>;
  /** Makes sure that a hold ends by itself after `seconds`, whatever becomes of this process. Not in the write pause. */
  arm?(seconds: number): Promise<void>;
  /** Makes new connections wait instead of failing; nothing where the kind of route cannot. */
  hold(): Promise<void>;
  /** Ends the connections that are open to `side`, so that their owners come again; nothing where the kind cannot. */
  cut(side: Side): Promise<void>;
  /** Sends new connections to `side`, those that wait included. Returns when the route says that it does so. */
  lead(side: Side): Promise<void>;
  /** Gives back connections and timers. The route stays as it is. */
  close(): Promise<void>;
}
