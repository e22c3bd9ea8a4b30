import { type MysqlServer, type Statement, showStatement } from "../mysql/index.js";
import type { Progress } from "../operation/index.js";
import { type Members, serverOf } from "../replica-tree/index.js";
import type { TrafficRoute } from "../traffic/index.js";
import type { FailoverRequest } from "./request.js";
import type { StepTimes } from "./step-times.js";

/** What one run works with: open connections to all who answer, routes, and what was asked for. */
export interface Run {
  readonly request: FailoverRequest;
  readonly members: Members;
  readonly routes: readonly TrafficRoute[];
  readonly progress: Progress;
  readonly times: StepTimes;
}

/** The connection to a member that was seen to answer. */
export function serverFor({ members }: Pick<Run, "members">, name: string): MysqlServer {
  const server = serverOf(members, name);
  if (server === undefined) throw new Error(`no connection to ${name}`);
  return server;
}

/** Runs a statement on a member and says so. */
export async function runOn(run: Pick<Run, "members" | "progress">, name: string, step: Statement): Promise<void> {
  const server = serverFor(run, name);
  run.progress(`${server.label}: ${showStatement(step)}`);
  await server.run(step);
}
