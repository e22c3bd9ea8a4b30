import { Command, InvalidArgumentError } from "commander";
import { type ErrantReport, offeredRepairs, type RepairSituation } from "../errant/index.js";
import { explainWithData } from "./errants-explain.js";
import { formatErrants } from "./errants-format.js";
import { addErrantsOptions, type ErrantsOptions, SERVERS_HELP, withErrantServers } from "./errants-options.js";
import { repairCommand } from "./errants-repair.js";
import { EXIT_CODE } from "./exit-code.js";

interface ListOptions extends ErrantsOptions {
  readonly limit: number;
}

const HELP = `${SERVERS_HELP}

Exit code:
  0  no errant transactions
  1  at least one, or a reset that has to be completed
  2  wrong usage, or a server or mysqlbinlog could not be used

Examples:
  ferry errants --source admin@10.20.1.5 --target admin@10.10.3.4
  ferry errants --compare --json | jq .classes
  ferry errants repair --method inject-empty --plan`;

export function errantsCommand(): Command {
  const command = new Command("errants")
    .description(
      "list the transactions that the replica has and its source has not, and what they did; changes nothing",
    )
    .enablePositionalOptions()
    .option("--limit <count>", "how many transactions are shown with what they did", parseCount, 100)
    .option("--json", "print the report as a JSON object")
    .addHelpText("after", HELP)
    .action(async (options: ListOptions, command: Command) => {
      const { report, situation } = await withErrantServers(command, (servers) =>
        explainWithData(servers, options, { transactionLimit: options.limit }),
      );
      console.log(options.json === true ? jsonOf(report, situation) : formatErrants(report, situation));
      process.exitCode = report.errant + report.unfinishedReset === "" ? EXIT_CODE.fine : EXIT_CODE.blockers;
    });
  return addErrantsOptions(command).addCommand(repairCommand().exitOverride());
}

function jsonOf(report: ErrantReport, situation: RepairSituation): string {
  const transactions = report.transactions.map((transaction) => ({
    ...transaction,
    repairs: offeredRepairs(transaction.class, situation),
  }));
  return JSON.stringify({ ...report, transactions }, undefined, 2);
}

function parseCount(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError("It should be a whole number.");
  return Number(text);
}
