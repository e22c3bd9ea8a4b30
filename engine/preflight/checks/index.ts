import type { Finding } from "../../operation/index.js";
import type { PairObservation, PreflightContext, ServerObservation } from "../observation.js";
import { checkNativePasswords, checkPrivileges, checkReplicationAccount, checkTls } from "./accounts.js";
import {
  checkConnections,
  checkEvents,
  checkLongTransactions,
  checkObstructions,
  checkWritability,
  checkXa,
} from "./activity.js";
import {
  checkBinlogFilter,
  checkBinlogFormat,
  checkDeviatingSessions,
  checkDurability,
  checkLogBin,
  checkReplicaUpdates,
  checkRetention,
  checkRowImage,
  checkServerId,
} from "./binlog.js";
import {
  checkErrant,
  checkGtidConsistency,
  checkGtidMode,
  checkGtidTopology,
  checkGtidViolations,
  checkPurged,
  checkViolationLog,
} from "./gtid.js";
import { checkLibraries, checkLibrariesPair } from "./loaded.js";
import { checkLogins } from "./logins.js";
import { checkConnectionPair, checkIdentities, checkSourceIdentity } from "./pair.js";
import { checkApplier, checkFilters, checkGroup, checkSourceChannels, checkTargetChannels } from "./replication.js";
import { checkSettingsPair, checkSourceSettings } from "./settings.js";
import {
  checkCloneDdl,
  checkClonePlugin,
  checkEncryption,
  checkEngines,
  checkInstantColumns,
  checkKeyringPair,
  checkPrimaryKeys,
  checkSystemTablespace,
  checkTablespaceFiles,
} from "./storage.js";
import { checkVersionPair } from "./version.js";

export { checkPlannedTarget, checkVersion } from "./version.js";

export function checkSource(source: ServerObservation, context: PreflightContext): Finding[] {
  return [
    ...checkSourceIdentity(source, context),
    checkPrivileges(source, context),
    ...checkWritability(source, context),
    checkTls(source),
    ...checkCommon(source, context),
    checkGtidViolations(source),
    ...checkViolationLog(source, context),
    ...checkGtidTopology(source),
    ...checkRetention(source, context),
    checkBinlogFilter(source),
    ...(context.purpose === "switchover" ? [] : checkSourceSettings(source)),
    checkDeviatingSessions(source),
    checkEngines(source, context),
    checkPrimaryKeys(source),
    ...checkInstantColumns(source, context),
    ...checkClonePlugin(source, context),
    ...checkCloneDdl(source, context),
    ...checkTablespaceFiles(source, context),
    checkSystemTablespace(source),
    checkEncryption(source, context),
    ...checkReplicationAccount(source, context),
    ...checkLogins(source, context),
    ...checkLibraries(source, context),
    checkSourceChannels(source, context),
    checkXa(source),
    checkLongTransactions(source),
    checkObstructions(source, context),
  ];
}

export function checkTarget(target: ServerObservation, context: PreflightContext): Finding[] {
  return [checkPrivileges(target, context), ...checkWritability(target, context), ...checkCommon(target, context)];
}

export function checkPair(
  source: ServerObservation,
  target: ServerObservation,
  pair: PairObservation,
  context: PreflightContext,
): Finding[] {
  return [
    ...checkVersionPair(source, target, context),
    ...checkIdentities(source, target),
    ...checkSettingsPair(source, target),
    checkConnectionPair(source, target),
    ...checkLibrariesPair(source, target),
    ...checkKeyringPair(source, target),
    checkTargetChannels(source, target),
    ...checkPurged(source, target, pair, context),
    ...checkErrant(target, pair, context),
  ];
}

/** Needs the target where there is one, or what it is to be, and is asked of the source anyway. */
export function checkSourceAccounts(
  source: ServerObservation,
  target: ServerObservation | undefined,
  context: PreflightContext,
): Finding[] {
  return [checkNativePasswords(source, target, context)];
}

function checkCommon(observation: ServerObservation, context: PreflightContext): Finding[] {
  const sources = "value" in observation.replicationSources ? observation.replicationSources.value.length : 0;
  return [
    checkLogBin(observation),
    checkServerId(observation),
    checkBinlogFormat(observation),
    checkRowImage(observation),
    ...checkReplicaUpdates(observation, sources),
    checkDurability(observation),
    checkGtidMode(observation, context),
    checkGtidConsistency(observation, context),
    checkApplier(observation),
    checkGroup(observation),
    checkFilters(observation),
    checkEvents(observation),
    checkConnections(observation),
  ];
}
