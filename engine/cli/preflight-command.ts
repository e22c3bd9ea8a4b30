import { Command, InvalidArgumentError, Option } from "commander";
import type { Account } from "../mysql/index.js";
import { type Finding, formatFindings } from "../operation/index.js";
import {
  type BackupMethod,
  type PlannedTarget,
  type PreflightPurpose,
  type PreflightRequest,
  runPreflight,
  versionOfTag,
} from "../preflight/index.js";
import { EXIT_CODE } from "./exit-code.js";
import { addServersOptions, missingServer, namedServers, PASSWORD_HELP } from "./server-options.js";

interface PreflightOptions extends Readonly<Record<string, unknown>> {
  readonly purpose: PreflightPurpose;
  readonly method?: BackupMethod;
  readonly keyring?: string;
  readonly expectedSourceUuid?: string;
  readonly replicationAccount?: Account;
  readonly retention?: number;
  readonly targetVersion?: string;
  readonly json?: true;
}

const HELP = `${PASSWORD_HELP}

Exit code:
  0  no blocker
  1  at least one blocker
  2  wrong usage, or a server could not be reached

Examples:
  FERRY_SOURCE_PASSWORD=... ferry preflight --source admin@10.20.1.5
  ferry preflight --source admin@10.20.1.5 --source-password-file /run/secrets/source --json`;

export function preflightCommand(): Command {
  const command = new Command("preflight")
    .description(
      "look at the source, and the target where there is one, and report what would go wrong; changes nothing",
    )
    .addOption(
      new Option("--purpose <phase>", "what is about to be done")
        .choices(["prepare", "replicate"] satisfies PreflightPurpose[])
        .default("prepare"),
    )
    .addOption(
      new Option("--method <method>", "how the backup will be made")
        .env("FERRY_BACKUP_METHOD")
        .choices(["xtrabackup", "clone"] satisfies BackupMethod[]),
    )
    .option("--keyring <component>", "the keyring component that the target is given, for encrypted data")
    .option("--expected-source-uuid <uuid>", "refuse a source with another server_uuid")
    .option("--replication-account <user@host>", "the account to be created for replication", parseAccount)
    .option("--retention <seconds>", "how long the source has to keep its binary logs", parseSeconds)
    .option("--target-version <release>", "MySQL release of a target that is not there yet, e.g. 8.4.6", parseRelease)
    .option("--json", "print the findings as a JSON array")
    .addHelpText("after", HELP)
    .action(async (options: PreflightOptions, command: Command) => {
      const findings = await runPreflight(await requestFrom(options, command));
      console.log(options.json === true ? JSON.stringify(findings, undefined, 2) : formatFindings(findings));
      process.exitCode = exitCodeFor(findings);
    });
  return addServersOptions(command);
}

export function exitCodeFor(findings: readonly Finding[]): number {
  const blockers = findings.filter(({ severity }) => severity === "blocker");
  if (blockers.some(({ check }) => check === "connection")) return EXIT_CODE.usageOrUnreachable;
  return blockers.length > 0 ? EXIT_CODE.blockers : EXIT_CODE.fine;
}

async function requestFrom(options: PreflightOptions, command: Command): Promise<PreflightRequest> {
  const { source, target } = await namedServers(command, process.env);
  if (source === undefined) throw missingServer(command, "source");
  return {
    purpose: options.purpose,
    source,
    ...(target === undefined ? {} : { target }),
    ...(options.method === undefined ? {} : { backupMethod: options.method }),
    ...(options.keyring === undefined ? {} : { targetKeyring: options.keyring }),
    ...(options.expectedSourceUuid === undefined ? {} : { expectedSourceUuid: options.expectedSourceUuid }),
    ...(options.replicationAccount === undefined ? {} : { replicationAccount: options.replicationAccount }),
    ...(options.targetVersion === undefined ? {} : { plannedTarget: plannedTargetOf(options.targetVersion) }),
    ...(options.retention === undefined ? {} : { wantedBinlogRetentionSeconds: options.retention }),
  };
}

function parseAccount(text: string): Account {
  const at = text.lastIndexOf("@");
  if (at < 1 || at === text.length - 1)
    throw new InvalidArgumentError("It should look like user@host, e.g. repl@10.10.%.");
  return { user: text.slice(0, at), host: text.slice(at + 1) };
}

function parseRelease(text: string): string {
  if (versionOfTag(text) === undefined) throw new InvalidArgumentError("It should be a release, e.g. 8.4.6 or 9.7.");
  return text;
}

function plannedTargetOf(release: string): PlannedTarget {
  return {
    name: `target ${release}`,
    version: versionOfTag(release),
    isInPod: false,
    requiresTls: false,
    settings: new Map(),
  };
}

function parseSeconds(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError("It should be a whole number of seconds.");
  return Number(text);
}
