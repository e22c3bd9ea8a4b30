import { FerryError, type Problem } from "../operation/index.js";

/** As Node has it for direct connections: nobody listens there, or nothing answers on the way there. */
export type TunnelCode = "ECONNREFUSED" | "ETIMEDOUT" | "EHOSTUNREACH";

/** A tunnel that cannot be opened, or that was lost; `where` is the hop. */
export class TunnelError extends FerryError {
  /** ECONNREFUSED only of the last hop: all before it is up, and no server is there. */
  readonly code: TunnelCode | undefined;

  constructor(problem: Problem, options?: { readonly cause?: unknown; readonly code?: TunnelCode }) {
    super(problem, options);
    this.code = options?.code;
  }
}

/** The error of a tunnel that had worked. */
export function tunnelLost(where: string, seen: string, cause?: unknown): TunnelError {
  return new TunnelError(
    {
      failed: "keeping the tunnel open",
      where,
      seen,
      wanted: "a tunnel that lasts as long as the connection",
      next: "check the network to that hop; a new connection opens a new tunnel",
    },
    { cause },
  );
}
