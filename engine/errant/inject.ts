import { GtidSet } from "../gtid/index.js";
import { errnoOf, type MysqlServer, type Statement, showStatement, statement } from "../mysql/index.js";
import { FerryError, messageOf, type Progress } from "../operation/index.js";
import { readExecuted } from "./compare.js";
import { eachGtid } from "./each-gtid.js";

export interface InjectionRequest {
  /** The primary, from which they replicate; every member where there is none. Opened for batches. */
  readonly members: readonly MysqlServer[];
  readonly gtids: GtidSet;
  /** That the caller really wants new transactions on these servers. */
  readonly allowWrites: true;
  /** GTIDs in one round trip. @default 1000 */
  readonly batchSize?: number;
}

export interface InjectionResult {
  /** GTIDs that were not there before, of all members together. */
  readonly injected: number;
  readonly seconds: number;
}

const SHOWN_GTIDS = 3;
/** The second is of GTIDs with a tag. */
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
 * After a crash the next run goes on with those that are left.
 */
export async function injectEmpty(request: InjectionRequest, progress: Progress): Promise<InjectionResult> {
  const begun = performance.now();
  let injected = 0;
  for (const member of request.members) {
    const missing = await missingOn(member, request.gtids);
    if (missing.isEmpty()) continue;
    for (const line of describeInjection(missing)) progress(`${member.label}: ${line}`);
    injected += await injectInto(member, missing, request.batchSize ?? 1000);
    const left = await missingOn(member, request.gtids);
    if (!left.isEmpty()) throw notThere(member, left);
  }
  return { injected, seconds: (performance.now() - begun) / 1000 };
}

async function missingOn(member: MysqlServer, gtids: GtidSet): Promise<GtidSet> {
  return gtids.subtract(GtidSet.parse(await readExecuted(member)));
}

async function injectInto(member: MysqlServer, gtids: GtidSet, batchSize: number): Promise<number> {
  let count = 0;
  let batch: Statement[] = [];
  const flush = async () => {
    await runBatch(member, batch);
    batch = [];
  };
  for (const gtid of eachGtid(gtids)) {
    batch.push(...emptyTransaction(gtid));
    count += 1;
    if (count % batchSize === 0) await flush();
  }
  await flush();
  return count;
}

async function runBatch(member: MysqlServer, batch: readonly Statement[]): Promise<void> {
  const [first, second, ...others] = batch;
  if (first === undefined || second === undefined) return;
  try {
    await member.batch(first, second, ...others, AUTOMATIC);
  } catch (error) {
    await backToAutomatic(member);
    throw refused(member, error);
  }
}

/** A session that still has a GTID to use would give it to the next statement. */
async function backToAutomatic(member: MysqlServer): Promise<void> {
  try {
    await member.batch(statement("ROLLBACK"), AUTOMATIC);
  } catch {
    // The connection is lost, and its session with it; the first error tells why.
    await member.close();
  }
}

function emptyTransaction(gtid: string): Statement[] {
  return [statement("SET gtid_next = ?", gtid), BEGIN, COMMIT];
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
    seen: `gtid_executed lacks ${left.toString().replaceAll("\n", "")}`,
    wanted: "all of them in gtid_executed",
    next: "see whether another session holds these GTIDs (SELECT @@GLOBAL.gtid_owned), then run again",
  });
}
