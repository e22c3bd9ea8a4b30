import { normal, OptionError, type Parsed, parseOptions } from "../mysys/getopt.js";
import { commandLine, fileOptions } from "../mysys/option-files.js";
import { backUp } from "./backup.js";
import { moveBack } from "./move-back.js";
import { type OptionTables, optionTables } from "./option-tables.js";
import { prepare } from "./prepare.js";
import { type Release, releaseOf } from "./release.js";
import { Exit, Log, type Surroundings } from "./surroundings.js";

export interface Call {
  readonly release: Release;
  readonly log: Log;
  readonly surroundings: Surroundings;
  readonly argv: readonly string[];
  /** Of command line and option files, in the tool's own spelling. */
  option(name: string): string | undefined;
  has(name: string): boolean;
  /** Ends the tool unless all that it was given is an option of it. */
  validate(): void;
}

const SERVER_GROUPS = ["xtrabackup", "mysqld"];
const CLIENT_GROUPS = ["xtrabackup", "client"];
const MODES = ["backup", "prepare", "copy-back", "move-back"] as const;
const FIRST_ONLY = ["--defaults-file", "--defaults-extra-file"];

/** Runs the double; gives the exit code. The order is that of main() and handle_options() in percona-xtrabackup src/xtrabackup.cc. */
export async function xtrabackup(argv: readonly string[], surroundings: Surroundings): Promise<number> {
  const log = new Log(surroundings);
  try {
    await run(argv, surroundings, log);
    log.note("completed OK!");
    return 0;
  } catch (error) {
    if (error instanceof Exit) return error.code;
    if (!(error instanceof OptionError)) throw error;
    log.raw(`xtrabackup: [ERROR] ${error.message}`);
    return error.exitCode;
  }
}

async function run(argv: readonly string[], surroundings: Surroundings, log: Log): Promise<void> {
  const { environment } = surroundings;
  const release = releaseOf(environment.DOUBLE_VERSION ?? "9.7.2-2", {
    hasVersionCheck: environment.DOUBLE_BUILD !== "without-version-check",
  });
  const tables = optionTables(release);
  const targetDirectory = argv.find((word) => word.startsWith("--target-dir="))?.slice("--target-dir=".length);
  const isPrepare = argv.includes("--prepare");
  const pathFile = isPrepare && targetDirectory !== undefined ? `${targetDirectory}/backup-my.cnf` : undefined;
  const files = commandLine(argv, environment, pathFile);
  for (const word of argv.slice(1)) {
    const name = FIRST_ONLY.find((one) => word.startsWith(`${one}=`));
    if (name !== undefined) log.error(`${name} must be specified first on the command line`);
  }
  const server = parseOptions([...fileOptions(files, SERVER_GROUPS), ...files.words], tables.server, true);
  if (server.recognized.length > 0) log.note(`recognized server arguments: ${server.recognized.join(" ")}`);
  const client = parseOptions([...fileOptions(files, CLIENT_GROUPS), ...files.words], tables.client, true);
  answerQuestions(client, tables, release, surroundings, log);
  const shown = client.recognized.map((word) => word.replace(/^(--password)=.*/s, "$1=*"));
  if (shown.length > 0) log.note(`recognized client arguments: ${shown.join(" ")}`);
  const stray = files.words.find((word) => !word.startsWith("--"));
  if (stray !== undefined) log.error(`unknown argument: '${stray}'`);

  const all = new Map([...server.values, ...client.values].map(([name, value]) => [normal(name), value]));
  const call: Call = {
    release,
    log,
    surroundings,
    argv,
    option: (name) => all.get(normal(name)),
    has: (name) => all.get(normal(name)) === "1",
    validate: () => validateOptions(files, tables, release, log),
  };
  const modes = MODES.filter((mode) => call.has(mode));
  if (modes.length !== 1 || modes[0] === undefined) {
    surroundings.print(usage(tables));
    throw new Exit(1);
  }
  if (modes[0] === "backup") return backUp(call);
  if (modes[0] === "prepare") return prepare(call);
  return moveBack(call, modes[0]);
}

/** `--version` goes to stderr, `--help` to stdout (print_version(), usage()). */
function answerQuestions(
  { values }: Parsed,
  tables: OptionTables,
  { text }: Release,
  { print }: Surroundings,
  log: Log,
): void {
  if (values.has("help")) {
    print(usage(tables));
    throw new Exit(0);
  }
  if (!values.has("version")) return;
  const [base] = text.split("-");
  log.raw(`xtrabackup version ${text} based on MySQL server ${base} Linux (x86_64) (revision id: 0)`);
  throw new Exit(0);
}

function usage({ client, server }: OptionTables): string {
  const lines = [...client, ...server].map(({ name }) => `  --${name.replaceAll("_", "-")}`);
  return `Usage: [xtrabackup [--defaults-file=#] --backup | xtrabackup [--defaults-file=#] --prepare] [OPTIONS]\n${lines.join("\n")}\n`;
}

/** validate_options(): the command line and group [xtrabackup], nothing else, against all tables one after the other. */
function validateOptions(
  files: ReturnType<typeof commandLine>,
  { client, server, extra }: OptionTables,
  { isStrict }: Release,
  log: Log,
): void {
  const words = [...fileOptions(files, ["xtrabackup"]), ...files.words];
  const ofClient = parseOptions(words, client, true);
  const ofServer = parseOptions(ofClient.rest, server, true);
  const strict = ofClient.values.get("strict") ?? (isStrict ? "1" : "0");
  try {
    const { rest } = parseOptions(ofServer.rest, extra, strict === "0");
    for (const word of rest) log.warn(`unknown option ${word}`);
  } catch (error) {
    if (!(error instanceof OptionError)) throw error;
    log.raw(`xtrabackup: [ERROR] ${error.message}`);
    throw new Exit(1);
  }
}
