import { Command, InvalidArgumentError, Option } from "commander";
import { CONFIRMATION_CHARACTERS, chooseRepair, type ErrantReport, resetHistory } from "../errant/index.js";
import { formatGtidSet, GtidSet } from "../gtid/index.js";
import { compareGtidSets } from "../mysql/index.js";
import { messageOf } from "../operation/index.js";
import { explainWithData } from "./errants-explain.js";
import {
  addErrantsOptions,
  type ErrantServers,
  type ErrantsOptions,
  SERVERS_HELP,
  withErrantServers,
} from "./errants-options.js";
import { applyRepair, METHODS, type Method, planRepair } from "./errants-steps.js";
import { EXIT_CODE } from "./exit-code.js";

interface RepairOptions extends ErrantsOptions {
  readonly method: Method;
  readonly gtids?: GtidSet;
  readonly confirm: string;
  readonly plan?: true;
}

/** What the command did or, with --plan, would do. GTID sets carry no white space; `""` is none. */
interface RepairReport {
  readonly method: Method;
  readonly repaired: string;
  /** Of the wanted GTIDs: repaired before, or never errant. */
  readonly notErrant: string;
  /** Statements as they ran, or would run, with the server that they are for. */
  readonly statements: readonly string[];
  /** What is errant afterwards; with --plan, before. */
  readonly errant: string;
}

const HELP = `${SERVERS_HELP}

Methods:
  inject-empty  commits an empty transaction under each GTID on the primary, from where it replicates; writes there
  reset         takes the GTIDs out of the replica's history; deletes the replica's binary logs
  reconcile     brings the changed rows to the source's state, through replication, then injects; writes on the primary
The first two leave the data as they are. Each may be run again after an interruption and goes on.

Exit code:
  0  repaired, or planned; nothing that was to be repaired is errant any more
  1  refused: the repair is not offered for these transactions, or is not confirmed
  2  wrong usage, or a server or mysqlbinlog could not be used, or the repair failed

Examples:
  ferry errants repair --method inject-empty --plan
  ferry errants repair --method reset --gtids 84d15910-b6a4-11e4-af2c-080027880ca6:1 --confirm 84d15910`;

export function repairCommand(): Command {
  const command = new Command("repair")
    .description("repair errant transactions of the replica; prints each statement before it runs")
    .addOption(new Option("--method <method>", "how").choices(METHODS).makeOptionMandatory())
    .option("--gtids <set>", "which of the errant transactions (default: all)", parseGtids)
    .option("--confirm <text>", "the first 8 characters or more of each UUID, where a repair needs it", "")
    .option("--plan", "print the statements and run none")
    .option("--json", "print a JSON object at the end instead of lines")
    .addHelpText("after", HELP)
    .action(async (options: RepairOptions, command: Command) => {
      process.exitCode = await withErrantServers(command, (servers) => repair(servers, options));
    });
  return addErrantsOptions(command);
}

async function repair(servers: ErrantServers, options: RepairOptions): Promise<number> {
  const { method } = options;
  const isPlan = options.plan === true;
  const statements: string[] = [];
  const progress = (line: string) => {
    statements.push(line);
    if (options.json !== true) console.log(line);
  };
  // Until a reset that was begun is completed, the history says nothing.
  if (method === "reset" && !isPlan) await resetHistory(servers.replica, { errant: GtidSet.empty }, progress);
  const { report, situation } = await explainWithData(servers, options, { transactionLimit: 0 }, options.gtids);
  const choice = { method, gtids: options.gtids, confirmation: options.confirm };
  const chosen = chooseRepair(report.classes, choice, situation);
  // A plan needs no confirmation: it shows what there is to confirm.
  const unconfirmed = isPlan ? [] : chosen.unconfirmed;
  const refusals = [
    ...chosen.refusals,
    ...obstacles(method, report, situation.allDataIsEqual),
    ...(unconfirmed.length === 0 ? [] : [confirmationText(method, unconfirmed)]),
  ];
  if (refusals.length > 0) {
    for (const refusal of refusals) console.error(refusal);
    return EXIT_CODE.blockers;
  }
  const { gtids } = chosen;
  if (isPlan) for (const line of await planRepair(servers, method, gtids, report)) progress(line);
  else if (!gtids.isEmpty()) await applyRepair(servers, method, gtids, report, progress);
  const { errant } = isPlan ? report : await compareGtidSets(servers.primary, servers.replica);
  const done: RepairReport = {
    method,
    repaired: isPlan ? "" : formatGtidSet(gtids),
    notErrant: formatGtidSet(chosen.notErrant),
    statements,
    errant,
  };
  console.log(options.json === true ? JSON.stringify(done, undefined, 2) : summary(done, isPlan));
  const isLeft = !GtidSet.parse(errant).intersect(gtids).isEmpty();
  return !isPlan && isLeft ? EXIT_CODE.usageOrUnreachable : EXIT_CODE.fine;
}

function obstacles(method: Method, report: ErrantReport, allDataIsEqual: boolean): string[] {
  const refusals: string[] = [];
  if (method !== "reset" && report.unfinishedReset !== "") {
    refusals.push("a reset was begun and has not ended: complete it first with --method reset");
  }
  if (method === "reconcile" && report.changedByStatement !== "" && !allDataIsEqual) {
    refusals.push(
      `${report.changedByStatement} ran statements, which no repair of rows can undo: make both servers the same by hand and try again with --compare, or rebuild the replica`,
    );
  }
  return refusals;
}

function confirmationText(method: Method, unconfirmed: readonly string[]): string {
  return `${method} has to be confirmed here: --confirm with the first ${CONFIRMATION_CHARACTERS} characters or more of ${unconfirmed.join(", ")}`;
}

function summary({ repaired, notErrant, errant }: RepairReport, isPlan: boolean): string {
  const ignored = notErrant === "" ? "" : `not errant, left alone: ${notErrant}\n`;
  return ignored + outcome(repaired, errant, isPlan);
}

function outcome(repaired: string, errant: string, isPlan: boolean): string {
  if (isPlan) return errant === "" ? "nothing is errant" : "nothing was changed";
  const left = errant === "" ? "nothing is errant any more" : `still errant: ${errant}`;
  return repaired === "" ? left : `repaired ${GtidSet.parse(repaired).count()}; ${left}`;
}

function parseGtids(text: string): GtidSet {
  try {
    return GtidSet.parse(text);
  } catch (error) {
    throw new InvalidArgumentError(messageOf(error));
  }
}
