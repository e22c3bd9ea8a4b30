import { z } from "zod";
import {
  type Account,
  addressOf,
  BINLOG_EXPIRY_VARIABLES,
  type BinlogExpiry,
  binlogExpiry,
  binlogRetentionSeconds,
  briefly,
  type ConnectionOptions,
  MysqlServer,
  readServerFacts,
  readVariables,
} from "../mysql/index.js";
import {
  assertNoBlockers,
  FerryError,
  type Finding,
  formatFindings,
  PartialFailure,
  type Progress,
} from "../operation/index.js";
import { runPreflight } from "../preflight/index.js";
import { dropJournalStatement, isSuperseded, readSourceStatus } from "../topology/index.js";
import { describeStep } from "./describe.js";
import type { PreparedState, SourcePreparationRequest, SourcePreparationResult } from "./desired-source.js";
import { awaitNoAnonymousTransactions, awaitNoGtidTransactions, watchConsistency } from "./gtid-waits.js";
import {
  createLedger,
  dropLedger,
  type OriginalSetting,
  readLedger,
  recordAccount,
  recordSetting,
  type SettingName,
} from "./ledger.js";
import { readAccountState } from "./replication-account.js";
import { generateReplicationPassword } from "./replication-password.js";
import { type ObservedSource, planPreparation, planRestoration, type SourceStep } from "./source-plan.js";
import {
  createAccountStatement,
  dropAccountStatement,
  forgetStatement,
  grantStatement,
  setPasswordStatement,
  setStatement,
} from "./source-statements.js";

import { plannedTarget } from "./target-software.js";
import { tryReplicationLogin } from "./try-replication-login.js";

/** A run whose Pulumi was killed ends by itself soon; its provider notices at the end of its work. */
const LOCK_TIMEOUT_SECONDS = 60;

const persistedRow = z.object({ value: z.string() });

/**
 * Makes a live source ready to be replicated from by GTID. `knownPassword` is the replication account's password when
 * the caller has it from an earlier run; otherwise one is generated. Throws a PartialFailure once steps have begun, whose
 * `partial` lacks the password as long as the account does not have it.
 */
export async function prepareSource(
  request: SourcePreparationRequest & Successors,
  knownPassword: string | undefined,
  progress: Progress,
): Promise<SourcePreparationResult> {
  const role = await readSourceRole(request, knownPassword === undefined ? [] : othersOf(request));
  refuseFinalized(role);
  if (!role.isPrimary && knownPassword !== undefined) {
    progress(`${role.label}: not the primary now; its preparation is left as it is`);
    return { ...(await readServerState(request)), replicationPassword: knownPassword };
  }
  await passPreflight(request, progress);
  return MysqlServer.with(request.source, "source", async (source) => {
    await source.acquireLock(LOCK_TIMEOUT_SECONDS);
    const observed = await observe(source, request.replicationAccount);
    const password = knownPassword ?? generateReplicationPassword();
    const steps = planFor(observed, request, knownPassword !== undefined);
    let isPasswordSet = knownPassword !== undefined;
    try {
      for (const step of steps) {
        progress(`${source.label}: ${describeStep(step, request)}`);
        await apply(source, step, request, password, progress);
        isPasswordSet ||= step.kind === "create-account" || step.kind === "set-account-password";
      }
      await tryReplicationLogin(request.source, { user: request.replicationAccount.user, password });
    } catch (error) {
      const state = await readServerState(request);
      throw new PartialFailure(isPasswordSet ? { ...state, replicationPassword: password } : state, error);
    }
    return { ...(await readServerState(request)), replicationPassword: password };
  });
}

/** Over a connection of its own: the one that the steps ran on may be what failed. */
async function readServerState(
  request: SourcePreparationRequest,
): Promise<Omit<SourcePreparationResult, "replicationPassword">> {
  return MysqlServer.with(request.source, "source", async (source) => {
    const facts = await readServerFacts(source);
    return {
      sourceUuid: facts.serverUuid,
      sourceVersion: facts.version.text,
      state: await readPreparedStateOf(source, request.replicationAccount),
    };
  });
}

/** Steps of `prepareSource`, a line each, without secrets; tells what the preflight finds, and changes nothing. */
export async function describePreparation(
  request: SourcePreparationRequest,
  isPasswordKnown: boolean,
  progress: Progress,
): Promise<string[]> {
  refuseFinalized(await readSourceRole(request, []));
  await passPreflight(request, progress);
  return MysqlServer.with(request.source, "source", async (source) => {
    const observed = await observe(source, request.replicationAccount);
    const steps = planFor(observed, request, isPasswordKnown);
    return steps.map((step) => `${source.label}: ${describeStep(step, request)}`);
  });
}

export async function readPreparedState(
  request: Pick<SourcePreparationRequest, "source" | "replicationAccount">,
): Promise<PreparedState> {
  return MysqlServer.with(request.source, "source", (source) =>
    readPreparedStateOf(source, request.replicationAccount),
  );
}

/**
 * Gives the source back every setting that preparation changed and drops what it created. A source that is no longer
 * the primary stays as it is: its fence keeps two primaries apart. One that cannot be reached while `target` is the
 * primary is no longer that either.
 */
export async function restoreSource(request: SourcePreparationRequest & Successors, progress: Progress): Promise<void> {
  try {
    await restoreReachable(request, progress);
  } catch (error) {
    if (!(await isSuperseded(error, othersOf(request)))) throw error;
    progress(`${briefly(error)}; it is no longer the primary, so what the migration changed there stays`);
  }
}

async function restoreReachable(request: SourcePreparationRequest & Successors, progress: Progress): Promise<void> {
  await MysqlServer.with(request.source, "source", async (source) => {
    await source.acquireLock(LOCK_TIMEOUT_SECONDS);
    if (!(await roleOf(source, othersOf(request))).isPrimary) {
      progress(`${source.label}: it is no longer the primary, so it stays fenced and with the settings that it has`);
      return;
    }
    const ledger = await readLedger(source);
    const { gtidMode, gtidConsistency } = await readServerFacts(source);
    const current = { gtidMode, gtidConsistency, binlogExpiry: await readBinlogExpiry(source) };
    for (const step of planRestoration(current, ledger)) {
      progress(`${source.label}: ${describeStep(step, request)}`);
      await apply(source, step, request, "", progress);
    }
  });
}

/** Who may have become the primary: once one of them is it, the source may be gone for good. */
export interface Successors {
  readonly target?: ConnectionOptions;
  readonly replicas?: Readonly<Record<string, ConnectionOptions>>;
}

function othersOf({ target, replicas = {} }: Successors): ConnectionOptions[] {
  return [...(target === undefined ? [] : [target]), ...Object.values(replicas)];
}

interface SourceRole {
  readonly label: string;
  readonly isPrimary: boolean;
  readonly isFinal: boolean;
}

async function readSourceRole(
  { source }: Pick<SourcePreparationRequest, "source">,
  others: readonly ConnectionOptions[],
): Promise<SourceRole> {
  return MysqlServer.with(source, "source", (server) => roleOf(server, others));
}

async function roleOf(server: MysqlServer, others: readonly ConnectionOptions[]): Promise<SourceRole> {
  const { isPrimary, entry } = await readSourceStatus(server, others);
  return { label: server.label, isPrimary, isFinal: entry?.isFinal === true };
}

function refuseFinalized({ label, isPrimary, isFinal }: SourceRole): void {
  if (isPrimary || !isFinal) return;
  throw new FerryError({
    failed: "preparing the source",
    where: label,
    seen: "its migration is finalized: it is fenced for good, and the target has moved on without it",
    wanted: "a source that is the primary",
    next: "set gtid-ferry:phase to finalize again; to return, migrate in the other direction with a stack of its own",
  });
}

/** Refuses to undo what lies between preparation and a cutover while the target is the primary. */
export async function assertPrimary(
  connection: ConnectionOptions,
  others: readonly ConnectionOptions[] = [],
): Promise<void> {
  const role = await readSourceRole({ source: connection }, others);
  if (role.isPrimary) return;
  throw new FerryError({
    failed: "going back to phase prepare",
    where: role.label,
    seen: "another server is the primary",
    wanted: "the source as the primary",
    next: "go back one phase at a time: gtid-ferry:phase replicate first, which switches back to the source",
  });
}

/** Tells everything that is found and is not well; a blocker is an error. */
async function passPreflight(request: SourcePreparationRequest, progress: Progress): Promise<void> {
  const findings = await preflight(request);
  progress(formatFindings(findings.filter(({ severity }) => severity !== "ok")));
  assertNoBlockers(findings);
}

async function preflight(request: SourcePreparationRequest): Promise<Finding[]> {
  const { user, host } = request.replicationAccount;
  const { accounts } = await MysqlServer.with(request.source, "source", readLedger);
  return runPreflight({
    purpose: "prepare",
    source: request.source,
    replicationAccount: request.replicationAccount,
    replicationAccountIsOurs: accounts.some((account) => account.user === user && account.host === host),
    replicationUsesTls: request.replicationRequiresTls,
    ...(request.expectedSourceUuid === undefined ? {} : { expectedSourceUuid: request.expectedSourceUuid }),
    backupMethod: request.backupMethod,
    ...(request.targetKeyring === undefined ? {} : { targetKeyring: request.targetKeyring }),
    wantedBinlogRetentionSeconds: request.binlogRetentionSeconds,
    ...(request.targetSoftware === undefined ? {} : { plannedTarget: await plannedTarget(request.targetSoftware) }),
  });
}

function planFor(observed: ObservedSource, request: SourcePreparationRequest, isPasswordKnown: boolean): SourceStep[] {
  refuseForeignAccount(observed, request);
  const steps = planPreparation(observed, {
    binlogRetentionSeconds: request.binlogRetentionSeconds,
    isPasswordKnown,
  });
  if (request.gtidEnabling === "never" && observed.gtidMode !== "ON") {
    throw new FerryError({
      failed: "preparing the source",
      where: `source ${addressOf(request.source)}`,
      seen: `gtid_mode is ${observed.gtidMode}`,
      wanted: "gtid_mode ON, because it may not be changed here",
      next: "set gtid-ferry:gtidEnabling to online, or turn gtid_mode on yourself",
    });
  }
  return steps;
}

/** An account that somebody else made has a password and grants that somebody relies on. */
function refuseForeignAccount(observed: ObservedSource, request: SourcePreparationRequest): void {
  const { user, host } = request.replicationAccount;
  const isOurs = observed.ledger.accounts.some((account) => account.user === user && account.host === host);
  if (!observed.account.exists || isOurs) return;
  throw new FerryError({
    failed: "preparing the source",
    where: `source ${addressOf(request.source)}`,
    seen: `the account ${user}@${host} exists already and was not created here`,
    wanted: "an account name of its own for replication",
    next: "choose another gtid-ferry:replicationUser, or drop that account if nobody uses it",
  });
}

async function observe(source: MysqlServer, account: Account): Promise<ObservedSource> {
  const facts = await readServerFacts(source);
  const role = await roleOf(source, []);
  return {
    gtidMode: facts.gtidMode,
    gtidConsistency: facts.gtidConsistency,
    binlogExpiry: await readBinlogExpiry(source),
    ledger: await readLedger(source),
    account: await readAccountState(source, account),
    hasFinalJournal: role.isPrimary && role.isFinal,
  };
}

async function readBinlogExpiry(source: MysqlServer): Promise<BinlogExpiry> {
  return binlogExpiry(await readVariables(source, BINLOG_EXPIRY_VARIABLES));
}

async function readPreparedStateOf(source: MysqlServer, account: Account): Promise<PreparedState> {
  const observed = await observe(source, account);
  return {
    gtidMode: observed.gtidMode,
    gtidConsistency: observed.gtidConsistency,
    binlogExpireLogsSeconds: binlogRetentionSeconds(observed.binlogExpiry) ?? 0,
    replicationAccountGranted: observed.account.isGranted,
  };
}

async function apply(
  source: MysqlServer,
  step: SourceStep,
  request: SourcePreparationRequest,
  password: string,
  progress: Progress,
): Promise<void> {
  const account = request.replicationAccount;
  switch (step.kind) {
    case "create-ledger":
      return createLedger(source);
    case "drop-journal":
      return source.run(dropJournalStatement());
    case "record-setting":
      return recordSetting(source, await readOriginalSetting(source, step.name));
    case "set":
      return source.runWithin(request.stepTimeoutSeconds, setStatement(step.name, step.value));
    case "watch-consistency":
      return watchConsistency(source, request.consistencyWatchSeconds, progress);
    case "await-no-anonymous":
      return awaitNoAnonymousTransactions(source, request.stepTimeoutSeconds, progress);
    case "await-no-gtid":
      return awaitNoGtidTransactions(source, request.stepTimeoutSeconds, progress);
    case "rotate-binlog":
      return source.execute("FLUSH BINARY LOGS");
    case "create-account":
      await recordAccount(source, account);
      return source.run(createAccountStatement(account, request.replicationRequiresTls, password));
    case "set-account-password":
      return source.run(setPasswordStatement(account, password));
    case "grant":
      return source.run(grantStatement(account));
    case "drop-account":
      return source.run(dropAccountStatement(step.account));
    case "forget":
      return source.run(forgetStatement(step.setting));
    case "drop-ledger":
      return dropLedger(source);
  }
}

async function readOriginalSetting(source: MysqlServer, name: SettingName): Promise<OriginalSetting> {
  const variables = await readVariables(source, [name]);
  const [persisted] = await source.query(
    "SELECT VARIABLE_VALUE AS value FROM performance_schema.persisted_variables WHERE VARIABLE_NAME = ?",
    [name],
    persistedRow,
  );
  return { name, value: variables.get(name) ?? "", persisted: persisted?.value ?? null };
}
