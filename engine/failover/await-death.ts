import { setTimeout as sleep } from "node:timers/promises";
import { MysqlServer, statement } from "../mysql/index.js";
import { FerryError, inTime, messageOf } from "../operation/index.js";
import { type MemberState, serverFor } from "../topology/index.js";
import { gaveNoAnswer, judgeDeath, type ReplicaView, type Verdict, viewOf } from "./confirm-dead.js";
import { isLeftStopped } from "./places.js";
import { readSigns } from "./receiver-signs.js";
import type { FailoverRun } from "./run.js";

/** What one look at the primary gave: an answer of any kind, or none. */
export interface PrimaryProbe {
  readonly answers: boolean;
  readonly seen: string;
}

const LOOK_INTERVAL_MILLISECONDS = 500;
/** A look that is older may have missed a primary that came back. */
const FRESH_MILLISECONDS = 1_000;

/** Connects to the primary once. A server that refuses the login lives. */
export async function probePrimary(run: Pick<FailoverRun, "request">, name: string): Promise<PrimaryProbe> {
  const member = run.request.members[name];
  if (member === undefined) throw new Error(`${name} is no member`);
  const { connectTimeoutSeconds } = run.request.limits;
  const connection = { ...member.connection, connectTimeoutSeconds };
  const milliseconds = connectTimeoutSeconds * 1000 + LOOK_INTERVAL_MILLISECONDS;
  try {
    await inTime(
      MysqlServer.with(connection, name, async () => {}),
      milliseconds,
      "connecting to the primary",
      name,
    );
    return { answers: true, seen: "it answers" };
  } catch (error) {
    const seen = error instanceof FerryError ? error.problem.seen : messageOf(error);
    return { answers: !gaveNoAnswer(error instanceof FerryError ? error.cause : error), seen };
  }
}

/**
 * Looks at the primary, from here and from its replicas, until it is proven dead or alive; after the longest time it
 * counts as alive. Receivers that a failover has stopped and left are started, because they are a point of view too. So
 * are, where no other looks and somebody says by hand which primary is given up, those that a person has stopped; if it
 * lives they are stopped again.
 */
export async function awaitDeath(
  run: FailoverRun,
  primary: string,
  followers: readonly MemberState[],
): Promise<Exclude<Verdict, { kind: "undecided" }>> {
  const left = followers.filter(isLeftStopped);
  const areAllStopped = followers.every(({ channel }) => channel?.receiver === "OFF");
  const isGivenUp = run.request.expectedPrimary !== undefined;
  const woken = areAllStopped && isGivenUp ? followers.filter((member) => !left.includes(member)) : [];
  const setReceiver = async (verb: "START" | "STOP", { name }: MemberState) =>
    serverFor(run.members, name).run(statement(`${verb} REPLICA IO_THREAD FOR CHANNEL ?`, run.request.channel));
  for (const member of [...left, ...woken]) await setReceiver("START", member);
  const verdict = await lookUntilProven(run, primary, followers);
  if (verdict.kind === "alive") for (const member of woken) await setReceiver("STOP", member);
  return verdict;
}

async function lookUntilProven(
  run: FailoverRun,
  primary: string,
  followers: readonly MemberState[],
): Promise<Exclude<Verdict, { kind: "undecided" }>> {
  const { confirmSeconds, confirmTimeoutSeconds } = run.request.limits;
  const { fenced: isFenced } = run.request.overrides;
  const begin = performance.now();
  // The look that made this run believe it away has just failed.
  let awaySince: number | undefined = begin;
  let reported = "";
  for (;;) {
    const look = await probePrimary(run, primary);
    awaySince = look.answers ? undefined : (awaySince ?? performance.now());
    const awaySeconds = awaySince === undefined ? undefined : (performance.now() - awaySince) / 1000;
    const views = await readViews(run, followers, awaySeconds ?? 0);
    const verdict = judgeDeath({ awaySeconds, confirmSeconds, views, isFenced });
    const seen = [`from here: ${look.seen}`, ...views.map(({ name, view }) => `${name} ${view}`)].join("; ");
    if (seen !== reported) run.progress(`${primary}: ${seen}`);
    reported = seen;
    if (verdict.kind === "dead") return verdict;
    if (verdict.kind === "alive") return { kind: "alive", why: `${verdict.why} (${seen})` };
    if (performance.now() - begin > confirmTimeoutSeconds * 1000) {
      return { kind: "alive", why: `not proven dead within ${confirmTimeoutSeconds} s: ${verdict.why} (${seen})` };
    }
    await sleep(LOOK_INTERVAL_MILLISECONDS);
  }
}

/** What came of work that may only be used while the primary is dead. */
export type WorkOutcome<T> = { readonly done: T } | { readonly cameBack: PrimaryProbe };

/**
 * Looks at a dead primary again and again while `work` runs, which should end soon once its signal is aborted. The work
 * counts as done only when a look that began at its end, or shortly before, got no answer: a host that is silent takes as
 * long as a connection may, so quick work needs one look.
 */
export async function whileDead<T>(
  look: () => Promise<PrimaryProbe>,
  work: (cameBack: AbortSignal) => Promise<T>,
): Promise<WorkOutcome<T>> {
  const back = new AbortController();
  let newest = { begin: performance.now(), look: look() };
  let isWorking = true;
  const looking = async () => {
    while (isWorking) {
      if ((await newest.look).answers) return back.abort();
      await sleep(LOOK_INTERVAL_MILLISECONDS, undefined, { ref: false });
      if (isWorking) newest = { begin: performance.now(), look: look() };
    }
  };
  void looking();
  try {
    const done = await work(back.signal);
    isWorking = false;
    const isFresh = performance.now() - newest.begin < FRESH_MILLISECONDS;
    const last = await (isFresh || back.signal.aborted ? newest.look : look());
    return last.answers ? { cameBack: last } : { done };
  } catch (error) {
    if (!back.signal.aborted) throw error;
    return { cameBack: await newest.look };
  } finally {
    isWorking = false;
  }
}

async function readViews(
  run: FailoverRun,
  followers: readonly MemberState[],
  awaySeconds: number,
): Promise<{ name: string; view: ReplicaView }[]> {
  return Promise.all(
    followers.map(async ({ name }) => {
      const signs = await readSigns(serverFor(run.members, name), run.request.channel);
      return { name, view: signs === undefined ? ("does not look" as const) : viewOf(signs, awaySeconds) };
    }),
  );
}
