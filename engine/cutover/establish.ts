import { ensureChannelBetween } from "../channel/index.js";
import type { Progress } from "../operation/index.js";
import type { TrafficRoute } from "../traffic/index.js";
import { removeDeadMan } from "./dead-man.js";
import { describeEstablishStep } from "./describe.js";
import { type EstablishStep, planEstablish } from "./establish-plan.js";
import type { SwitchoverRequest } from "./request.js";
import type { Sessions } from "./sessions.js";
import { observePair, type PairState } from "./state.js";

/** What a run works with: open connections, open routes, and what was asked for. */
export interface Run {
  readonly request: SwitchoverRequest;
  readonly sessions: Sessions;
  readonly routes: readonly TrafficRoute[];
  readonly progress: Progress;
}

/** Brings both servers and the routes in order around the committed primary; gives what it saw at first. */
export async function establish(run: Run): Promise<PairState> {
  const pair = await observePair(run.sessions, run.request.channel, run.routes);
  for (const step of planEstablish(pair, run.request.channel)) await apply(run, pair, step);
  return pair;
}

async function apply(run: Run, pair: PairState, step: EstablishStep): Promise<void> {
  const { sessions, request, progress } = run;
  progress(describeEstablishStep(step, pair));
  switch (step.kind) {
    case "run":
      return sessions[step.side].main.run(step.statement);
    case "remove-dead-man":
      return removeDeadMan(sessions[step.side]);
    case "lead":
      return run.routes.find(({ name }) => name === step.route)?.lead(step.to);
    case "follow":
      await ensureChannelBetween(
        sessions[pair.primary].main,
        sessions[step.side].main,
        {
          channel: request.channel,
          source: request[pair.primary].address,
          sourceConnection: request[pair.primary].connection,
          // Nothing was restored: the replica was the primary until now.
          restoredGtidSet: "",
          startTimeoutSeconds: request.limits.settleTimeoutSeconds,
        },
        progress,
      );
  }
}
