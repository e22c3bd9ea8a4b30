import { formatGtidSet, GtidSet } from "../gtid/index.js";
import {
  type ConnectionOptions,
  errnoOf,
  MysqlServer,
  readExecuted,
  type Statement,
  showStatement,
  statement,
} from "../mysql/index.js";
import { FerryError, messageOf, type Progress } from "../operation/index.js";
import { eachGtid } from "./gtid-text.js";

/** A server that gets empty transactions; `role` is how messages name it. */
export interface InjectionMember {
  readonly role: string;
  readonly connection: ConnectionOptions;
}

export interface InjectionRequest {
  /** The primary, from which they replicate; every member where there is none. */
  readonly members: readonly InjectionMember[];
  readonly gtids: GtidSet;
  /** That the caller really wants new transactions on these servers. */
  readonly allowWrites: true;
  /** Sessions that commit side by side, so that they share the waits for the disk. @default 4 */
  readonly sessions?: number;
  /** GTIDs in one round trip. @default 100 */
  readonly batchSize?: number;
}

export interface InjectionResult {
  /** GTIDs that were not there before, of all members together. */
  readonly injected: number;
  readonly seconds: number;
}

const SHOWN_GTIDS = 3;
const REPORT_MILLISECONDS = 5000;
/** The second is for GTIDs with a tag. */
const ACCESS_DENIED = new Set([1227, 6038]);
const AUTOMATIC = statement("SET gtid_next = 'AUTOMATIC'");
const BEGIN = statement("BEGIN");
const COMMIT = statement("COMMIT");

/** The statements for a set, shortened for people. */
export function describeInjection(gtids: GtidSet): string[] {
  const lines: string[] = [];
  for (const gtid of eachGtid(gtids)) {
    if (lines.length === SHOWN_GTIDS) break;
    lines.push(emptyTransaction(gtid).map(showStatement).join("; "));
  }
  const others = gtids.count() - BigInt(lines.length);
  return [...lines, ...(others > 0n ? [`... and so on for ${others} more`] : []), showStatement(AUTOMATIC)];
}

/**
 * Commits an empty transaction for each GTID that a member does not have yet, and sees that it then has all of them.
 * After a crash the next run goes on with those that are left. Works in sessions of its own: after an error none is
 * left whose next transaction would take a GTID of these.
 */
export async function injectEmpty(request: InjectionRequest, progress: Progress): Promise<InjectionResult> {
  const begun = performance.now();
  let injected = 0;
  for (const member of request.members) injected += await injectInto(member, request, progress);
  return { injected, seconds: (performance.now() - begun) / 1000 };
}

async function injectInto(member: InjectionMember, request: InjectionRequest, progress: Progress): Promise<number> {
  return MysqlServer.with(member.connection, member.role, async (observer) => {
    const missing = request.gtids.subtract(GtidSet.parse(await readExecuted(observer)));
    if (missing.isEmpty()) return 0;
    for (const line of describeInjection(missing)) progress(`${observer.label}: ${line}`);
    const batches = inBatches(missing, request.batchSize ?? 100);
    const report = reporter(missing, (line) => progress(`${observer.label}: ${line}`));
    const workers = Array.from({ length: request.sessions ?? 4 }, () => runBatches(member, batches, report));
    const failed = (await Promise.allSettled(workers)).find((outcome) => outcome.status === "rejected");
    if (failed !== undefined) throw failed.reason;
    const left = missing.subtract(GtidSet.parse(await readExecuted(observer)));
    if (!left.isEmpty()) throw notThere(observer, left);
    return Number(missing.count());
  });
}

/** Takes batches from those that all sessions share. The first that fails ends the sharing, and so all of them. */
async function runBatches(
  member: InjectionMember,
  batches: Iterable<readonly string[]>,
  report: (done: number) => void,
): Promise<void> {
  const session = await MysqlServer.connect(member.connection, member.role, { batches: true });
  try {
    for (const batch of batches) {
      await commitEmpty(session, batch);
      report(batch.length);
    }
  } finally {
    await session.close();
  }
}

async function commitEmpty(session: MysqlServer, gtids: readonly string[]): Promise<void> {
  const [first, second, ...others] = [...gtids.flatMap(emptyTransaction), AUTOMATIC];
  if (first === undefined || second === undefined) return;
  try {
    await session.batch(first, second, ...others);
  } catch (error) {
    throw refused(session, error);
  }
}

function* inBatches(gtids: GtidSet, size: number): Generator<readonly string[]> {
  let batch: string[] = [];
  for (const gtid of eachGtid(gtids)) {
    batch.push(gtid);
    if (batch.length < size) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

function emptyTransaction(gtid: string): Statement[] {
  return [statement("SET gtid_next = ?", gtid), BEGIN, COMMIT];
}

/** Says now and then how far it is. */
function reporter(gtids: GtidSet, progress: Progress): (done: number) => void {
  const [begun, total] = [performance.now(), gtids.count()];
  let [all, reported] = [0, begun];
  return (done) => {
    all += done;
    const now = performance.now();
    if (now - reported < REPORT_MILLISECONDS) return;
    reported = now;
    progress(`${all} of ${total}, ${Math.round(all / ((now - begun) / 1000))} per second`);
  };
}

function refused(member: MysqlServer, error: unknown): FerryError {
  const errno = errnoOf(error);
  return new FerryError({
    failed: "injecting empty transactions",
    where: member.label,
    seen: `${errno ?? "no error number"}: ${messageOf(error)}`,
    wanted: "an empty transaction under each GTID",
    next:
      errno !== undefined && ACCESS_DENIED.has(errno)
        ? "GRANT SYSTEM_VARIABLES_ADMIN, and TRANSACTION_GTID_TAG for GTIDs with a tag, to the administrator; run again"
        : "run again: it goes on where it stopped",
  });
}

function notThere(member: MysqlServer, left: GtidSet): FerryError {
  return new FerryError({
    failed: "injecting empty transactions",
    where: member.label,
    seen: `gtid_executed lacks ${formatGtidSet(left)}`,
    wanted: "all of them in gtid_executed",
    next: "see whether another session holds these GTIDs (SELECT @@GLOBAL.gtid_owned), then run again",
  });
}
