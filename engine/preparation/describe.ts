import { showStatement } from "../mysql/index.js";
import { dropJournalStatement } from "../topology/index.js";
import type { SourcePreparationRequest } from "./desired-source.js";
import type { SourceStep } from "./source-plan.js";
import {
  createAccountStatement,
  dropAccountStatement,
  forgetStatement,
  grantStatement,
  setPasswordStatement,
  setStatement,
} from "./source-statements.js";

/** One line for people: what a step does, as SQL where it is SQL. */
export function describeStep(step: SourceStep, request: SourcePreparationRequest): string {
  const account = request.replicationAccount;
  switch (step.kind) {
    case "create-ledger":
      return "create schema gtid_ferry (sql_log_bin=0), which keeps the original settings";
    case "drop-journal":
      return `${showStatement(dropJournalStatement())}, the journal of the migration that brought the data here`;
    case "record-setting":
      return `record the present ${step.name} in gtid_ferry.source_ledger`;
    case "set":
      return showStatement(setStatement(step.name, step.value));
    case "watch-consistency":
      return `watch ${request.consistencyWatchSeconds} s for statements that violate GTID consistency`;
    case "await-no-anonymous":
      return "wait until no anonymous transaction is ongoing";
    case "await-no-gtid":
      return "wait until no transaction with a GTID is ongoing";
    case "rotate-binlog":
      return "FLUSH BINARY LOGS";
    case "create-account":
      return showStatement(createAccountStatement(account, request.replicationRequiresTls, ""));
    case "set-account-password":
      return showStatement(setPasswordStatement(account, ""));
    case "grant":
      return showStatement(grantStatement(account));
    case "drop-account":
      return showStatement(dropAccountStatement(step.account));
    case "forget":
      return showStatement(forgetStatement(step.setting));
    case "drop-ledger":
      return "DROP SCHEMA gtid_ferry (sql_log_bin=0)";
  }
}
