import { quoteString, showTable } from "../mysql/index.js";
import type { ApplierFailure } from "./conflict-failure.js";

/** The row of a conflict, as far as it could be found. */
export interface ConflictGrounds {
  /** As messages name it, e.g. `shop.orders`. */
  readonly table: string;
  /** SQL that finds the row in the way, or the place of the one that is missing. */
  readonly condition: string;
  /** SQL that deletes the row in the way. */
  readonly deleteRow: string;
  /** SQL that inserts the row that the event expects; undefined where it cannot be written. */
  readonly insertRow: string | undefined;
  readonly isOnReplica: boolean;
  readonly isSame: boolean;
  /** Whether the row in the way has a key of its own that the source uses too: then it is a row of the source's. */
  readonly belongsToSource: boolean;
  readonly hasTriggers: boolean;
}

export interface RepairPlace {
  readonly channel: string;
  /** E.g. `target 10.10.3.4:3306`. */
  readonly replica: string;
  readonly isSuperReadOnly: boolean;
}

/** Trouble of the moment, not of the data: a lock wait, a deadlock, an interruption, a busy resource. */
const TRANSIENT = new Set([1205, 1213, 1317, 3058, 3572]);
/** Something that the statement or row needs is defined otherwise: schema, table, column, index, routine, type. */
const DEFINITIONS = new Set([
  ...[1007, 1008, 1049, 1050, 1051, 1054, 1060, 1061, 1072, 1091, 1146, 1304, 1305, 1359, 1360, 1537, 1539, 1677],
  ...[1364, 1406, 1264, 1366, 1265, 3140, 13146],
]);
const ACCOUNTS = new Set([1396, 1141, 1269, 1410, 3162, 3163]);
const FOREIGN_KEYS = new Set([1216, 1217, 1451, 1452]);

/** Settings with which a replica applies nothing, whatever the transaction. */
const SETTINGS: ReadonlyMap<number, string> = new Map([
  [13117, "see its error log; where transaction_read_only is ON, SET PERSIST transaction_read_only = OFF"],
  [1666, "SET PERSIST binlog_format = 'ROW'"],
  [3121, "add the directory that the error log names to innodb_directories, and restart it"],
]);

const REBUILD = (replica: string) => `restore ${replica} from a new backup, which leaves no doubt about any other row`;
const FIND_CAUSE = "then find out who wrote on the replica (ferry errants) and compare everything (ferry verify)";
const NEVER_SKIP =
  "do not skip the transaction: all of its changes would be missing, and later ones would fail or go wrong";

/** What keeps the data right, the least invasive first; each is a whole instruction. */
export function conflictRepairs(
  failure: ApplierFailure,
  grounds: ConflictGrounds | undefined,
  place: RepairPlace,
): string[] {
  const setting = SETTINGS.get(failure.number);
  if (setting !== undefined) return [`on ${place.replica}: ${setting}; then run again`, NEVER_SKIP];
  return [...specificRepairs(failure, grounds, place), REBUILD(place.replica), NEVER_SKIP];
}

function specificRepairs(
  { number, kind, table }: ApplierFailure,
  grounds: ConflictGrounds | undefined,
  place: RepairPlace,
): string[] {
  const name = table === undefined ? "the table" : showTable(table);
  if (TRANSIENT.has(number)) return ["run again: nothing is wrong with the data (pulumi up starts the applier)"];
  if (DEFINITIONS.has(number)) {
    return [`give ${name} the source's definition on ${place.replica}, with sql_log_bin = 0, then run again`];
  }
  if (ACCOUNTS.has(number)) {
    return [`give ${place.replica} the source's accounts, with sql_log_bin = 0, then run again`];
  }
  if (FOREIGN_KEYS.has(number)) {
    return [`compare the rows that ${name} refers to on both servers; the one that is missing is the real difference`];
  }
  if (grounds === undefined) return [];
  if (number === 1062) return duplicateRepairs(grounds, place);
  if (number === 1032 && kind !== "insert") return missingRepairs(grounds, place);
  return [];
}

function duplicateRepairs(grounds: ConflictGrounds, place: RepairPlace): string[] {
  const { table, condition, deleteRow, isOnReplica, isSame, belongsToSource, hasTriggers } = grounds;
  if (!isOnReplica) return [`run again: no row of ${table} with ${condition} is in the way any more`];
  if (belongsToSource) {
    return [
      `give the row in the way the source's values, with sql_log_bin = 0 on ${place.replica}: deleting it would lose a row that the source has; ${FIND_CAUSE}`,
    ];
  }
  const loss = isSame ? "the source's transaction brings the same row again" : "nobody else has it: keep a copy of it";
  return [`${byHand([deleteRow], place, hasTriggers)}; ${loss}; ${FIND_CAUSE}`];
}

function missingRepairs(grounds: ConflictGrounds, place: RepairPlace): string[] {
  const { table, condition, insertRow, isOnReplica, hasTriggers } = grounds;
  if (isOnReplica) return [`run again: ${table} has a row with ${condition} by now`];
  if (insertRow === undefined) return [];
  return [
    `${byHand([insertRow], place, hasTriggers)}; the source's transaction then changes or deletes that row as it did there; ${FIND_CAUSE}`,
  ];
}

/** Without foreign key checks nothing cascades to other rows. */
function byHand(changes: readonly string[], place: RepairPlace, hasTriggers: boolean): string {
  const open = place.isSuperReadOnly ? ["SET GLOBAL super_read_only = OFF"] : [];
  const close = place.isSuperReadOnly ? ["SET GLOBAL super_read_only = ON"] : [];
  const statements = [
    "SET SESSION sql_log_bin = 0, foreign_key_checks = 0",
    ...open,
    ...changes,
    ...close,
    `START REPLICA FOR CHANNEL ${quoteString(place.channel)}`,
  ];
  const warning = hasTriggers ? " (the table has triggers, which fire here: undo what they do)" : "";
  return `on ${place.replica}${warning}: ${statements.join("; ")}`;
}
