import { ensureChannelBetween } from "../channel/index.js";
import { describeLeft, enableEvent } from "../events/index.js";
import { FerryError, messageOf, type Progress } from "../operation/index.js";
import type { TrafficRoute } from "../traffic/index.js";
import { removeDeadMan } from "./dead-man.js";
import { describeEstablishStep } from "./describe.js";
import { type EstablishStep, forbiddenEvents, planEstablish } from "./establish-plan.js";
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
  const failed: string[] = [];
  for (const step of planEstablish(pair, run.request.channel)) {
    try {
      await apply(run, pair, step);
    } catch (error) {
      // An event that cannot be enabled keeps nothing else from being completed.
      if (step.kind !== "enable-event") throw error;
      failed.push(messageOf(error));
    }
  }
  const { label } = pair[pair.primary];
  for (const event of forbiddenEvents(pair)) run.progress(`warning: ${describeLeft(label, event)}`);
  if (failed.length > 0) throw eventsError(label, failed);
  return pair;
}

function eventsError(where: string, failed: readonly string[]): FerryError {
  return new FerryError({
    failed: "enabling events",
    where,
    seen: failed.join("; "),
    wanted: "every event enabled that was enabled on the former primary; all else is in order",
    next: "ALTER EVENT or DROP EVENT for those that are named here, then run again",
  });
}

async function apply(run: Run, pair: PairState, step: EstablishStep): Promise<void> {
  const { sessions, request, progress } = run;
  progress(describeEstablishStep(step, pair));
  switch (step.kind) {
    case "run":
      return sessions[step.side].main.run(step.statement);
    case "enable-event":
      return enableEvent(sessions[step.side].main, step.event);
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
