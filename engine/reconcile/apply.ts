import { enableEvent, showEnabling } from "../events/index.js";
import { removeAutoUnfence } from "../fence/index.js";
import { type MysqlServer, type Statement, showStatement } from "../mysql/index.js";
import { FerryError, inTime, messageOf } from "../operation/index.js";
import { ancestorsOf, serverFor, type Tree } from "../topology/index.js";
import { statementsOf } from "./describe.js";
import { follow, repoint } from "./follow.js";
import type { Run } from "./run.js";
import type { Plan, Step } from "./step.js";

/** What became of a plan. */
export interface Outcome {
  readonly done: readonly Step[];
  /** Steps that failed, or were not tried because of one that failed before; a next run tries them again. */
  readonly failed: readonly { readonly step: Step; readonly error: unknown }[];
}

/** A fence waits for the writes that run there. */
const FENCE_TIMEOUT_SECONDS = 10;
const UNFENCE_MILLISECONDS = 30_000;
/** A step that follows waits twice for the new source, then for the channel, and for the former channel if that failed. */
const FOLLOW_WAITS = 4;
/** For the answers of servers besides those waits; one that is frozen gives none. */
const ANSWER_SECONDS = 60;

/**
 * Runs the steps of a plan, one after the other. One that fails stops no other, with two exceptions: before a fence is up
 * nobody else is made writable, and below a member that did not move nobody moves, because it might then follow itself.
 */
export async function applyPlan(run: Run, { steps }: Pick<Plan, "steps">): Promise<Outcome> {
  const done: Step[] = [];
  const failed: { step: Step; error: unknown }[] = [];
  const sources: Tree = Object.fromEntries(
    steps.flatMap((step) => (step.kind === "repoint" || step.kind === "resume" ? [[step.member, step.source]] : [])),
  );
  const unmoved: string[] = [];
  for (const step of steps) {
    try {
      const above =
        step.kind === "repoint" ? ancestorsOf(sources, step.member).find((name) => unmoved.includes(name)) : undefined;
      if (above !== undefined) throw new Error(`not tried, because ${above} did not move`);
      await applyInTime(run, step);
      done.push(step);
    } catch (error) {
      failed.push({ step, error });
      if (step.kind === "fence") break;
      if (step.kind === "repoint") unmoved.push(step.member);
    }
  }
  return { done, failed };
}

/** Throws one error that names every step that failed; the error of a single one as it is. */
export function assertApplied({ failed }: Outcome, what: string, describe: (step: Step) => string): void {
  const [only, ...others] = failed;
  if (only === undefined) return;
  if (others.length === 0 && only.error instanceof FerryError) throw only.error;
  throw new FerryError(
    {
      failed: what,
      where: [...new Set(failed.map(({ step }) => (step.kind === "route" ? step.route : step.member)))].join(", "),
      seen: failed.map(({ step, error }) => `\n    - ${describe(step)}: ${messageOf(error)}`).join(""),
      wanted: "every step to succeed; all others did",
      next: "fix the errors above and re-run: it goes on from where it stands",
    },
    { cause: only.error },
  );
}

async function applyInTime(run: Run, step: Step): Promise<void> {
  const seconds = FOLLOW_WAITS * run.limits.settleTimeoutSeconds + ANSWER_SECONDS;
  const where = step.kind === "route" ? step.route : (run.members[step.member]?.label ?? step.member);
  await inTime(apply(run, step), seconds * 1000, `the step ${step.kind}`, where);
}

async function apply(run: Run, step: Step): Promise<void> {
  if (step.kind === "route") {
    run.progress(`${step.route}: currently routes to ${step.from} -> will route to ${step.to}`);
    return run.routes.find(({ name }) => name === step.route)?.lead(step.to);
  }
  const server = serverFor(run.members, step.member);
  const statements = statementsOf(step, run.topology.channel);
  switch (step.kind) {
    case "fence":
      return runShown(run, server, statements, (one) => server.runWithin(FENCE_TIMEOUT_SECONDS, one));
    case "unfence": {
      run.progress(`${server.label}: ${statements.map(showStatement).join("; ")}`);
      await inTime(server.batch(...step.statements), UNFENCE_MILLISECONDS, "making the primary writable", server.label);
      return;
    }
    case "clear-auto-unfence":
      await runShown(run, server, statements);
      run.progress(`${server.label}: clear the fail-safe timer`);
      return removeAutoUnfence(server, run.progress);
    case "enable-event":
      run.progress(`${server.label}: ${showEnabling(step.event)}`);
      return enableEvent(server, step.event);
    case "resume":
      return follow(run, step);
    case "repoint":
      return repoint(run, step);
    default:
      return runShown(run, server, statements);
  }
}

async function runShown(
  run: Run,
  server: MysqlServer,
  statements: readonly Statement[],
  execute = (one: Statement) => server.run(one),
): Promise<void> {
  for (const one of statements) {
    run.progress(`${server.label}: ${showStatement(one)}`);
    await execute(one);
  }
}
