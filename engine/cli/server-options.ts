import { readFileSync } from "node:fs";
import { type Command, InvalidArgumentError, Option } from "commander";
import type { ConnectionOptions, TlsMode } from "../mysql/index.js";
import { messageOf } from "../operation/index.js";
import { SIDES, type Side } from "../topology/index.js";
import { type Connections, readConnections, TLS_MODES } from "./connections-file.js";
import { UsageError } from "./usage-error.js";

export { UsageError } from "./usage-error.js";

export interface Address {
  readonly user: string;
  readonly host: string;
  readonly port: number;
}

const DEFAULT_PORT = 3306;

/** Reads `user@host`, `user@host:port`, `user@[::1]:3306`; the user may hold an `@` itself. */
export function parseAddress(text: string): Address {
  const match = /^(.+)@(?:\[([^\]]+)\]|([^@:[\]]+))(?::(\d+))?$/s.exec(text);
  const port = Number(match?.[4] ?? DEFAULT_PORT);
  const host = match?.[2] ?? match?.[3];
  if (match?.[1] === undefined || host === undefined || port < 1 || port > 65_535) {
    throw new InvalidArgumentError("It should look like user@host:port; the port is 3306 when left out.");
  }
  return { user: match[1], host, port };
}

/** What `--help` says of passwords. */
export const PASSWORD_HELP = `
Passwords are never options, since every user of the machine can read a command line:
  FERRY_SOURCE_PASSWORD, FERRY_TARGET_PASSWORD, or the options --source-password-file, --target-password-file;
  or --connections, which takes both servers with everything from a stack:
  pulumi stack output connections --show-secrets --json | npm run -s ferry -- COMMAND --connections -`;

/** Adds the options that name the two servers: each by itself, or all at once by a stack's output. */
export function addServersOptions(command: Command): Command {
  addServerOptions(addServerOptions(command, "source"), "target");
  return command.option(
    "--connections <file>",
    "the servers as the stack output connections has them (JSON, mode 600), - for standard input; --source and --target win over it",
  );
}

/** Adds the options that say how one server is reached. Passwords are no options: other users can read a command line. */
export function addServerOptions(command: Command, role: Side): Command {
  const variable = `FERRY_${role.toUpperCase()}`;
  return command
    .addOption(
      new Option(`--${role} <user@host:port>`, `the ${role} server; its password comes from ${variable}_PASSWORD`)
        .env(variable)
        .argParser(parseAddress),
    )
    .addOption(
      new Option(`--${role}-password-file <file>`, "a file with the password instead").env(`${variable}_PASSWORD_FILE`),
    )
    .addOption(
      new Option(`--${role}-tls-mode <mode>`, "how TLS is used")
        .env(`${variable}_TLS_MODE`)
        .choices(TLS_MODES)
        .default("required"),
    )
    .addOption(
      new Option(`--${role}-tls-ca <file>`, "certificate authority (PEM) for the verifying modes").env(
        `${variable}_TLS_CA`,
      ),
    );
}

export interface NamedServers extends Connections {
  /** The servers of which the user's own words, and not the stack's, say what they are. */
  readonly stated: readonly Side[];
}

/**
 * The servers that a command line names. With `--connections` the environment's addresses do not count: a shell that has
 * them for one migration would redirect another's.
 */
export async function namedServers(
  command: Command,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<NamedServers> {
  const options = command.opts();
  const file = options.connections as string | undefined;
  const isStated = (side: Side) => file === undefined || command.getOptionValueSource(side) === "cli";
  const stated = SIDES.filter((side) => options[side] !== undefined && isStated(side));
  const connections = file === undefined ? {} : await readFor(command, file, stated);
  const own = stated.map((side) => [side, connectionFrom(options, side, environment)]);
  return { ...connections, ...(Object.fromEntries(own) as Connections), stated };
}

async function readFor(command: Command, file: string, stated: readonly Side[]): Promise<Connections> {
  for (const side of SIDES.filter((candidate) => !stated.includes(candidate))) {
    const stray = command.options.find(
      (option) =>
        option.long?.startsWith(`--${side}-`) && command.getOptionValueSource(option.attributeName()) === "cli",
    );
    if (stray === undefined) continue;
    throw new UsageError(`${stray.long} goes with --${side}: --connections holds all of the ${side} already`);
  }
  return readConnections(file);
}

export function missingServer(command: Command, side: Side): UsageError {
  const isInFile = command.opts().connections !== undefined;
  const address = `--${side} user@host:port`;
  if (isInFile) return new UsageError(`no ${side} in the connections: the stack's phase has none; give ${address}`);
  return new UsageError(`no ${side}: give ${address}, or set FERRY_${side.toUpperCase()}; or give --connections FILE`);
}

/** The connection that the options and the environment describe; undefined when the server was not named. */
export function connectionFrom(
  options: Readonly<Record<string, unknown>>,
  role: Side,
  environment: Readonly<Record<string, string | undefined>>,
): ConnectionOptions | undefined {
  const address = options[role] as Address | undefined;
  if (address === undefined) return undefined;
  const caFile = options[`${role}TlsCa`] as string | undefined;
  const mode = options[`${role}TlsMode`] as TlsMode;
  if (mode.startsWith("verify") && caFile === undefined) {
    throw new UsageError(`TLS mode ${mode} needs a certificate authority: give --${role}-tls-ca FILE`);
  }
  return {
    ...address,
    password: passwordFrom(options[`${role}PasswordFile`] as string | undefined, role, environment),
    tls: { mode, ...(caFile === undefined ? {} : { ca: read(caFile, "certificate authority") }) },
  };
}

function passwordFrom(
  file: string | undefined,
  role: Side,
  environment: Readonly<Record<string, string | undefined>>,
): string {
  if (file !== undefined) return read(file, "password").replace(/\r?\n$/, "");
  const variable = `FERRY_${role.toUpperCase()}_PASSWORD`;
  const password = environment[variable];
  if (password === undefined) {
    throw new UsageError(`no password for the ${role}: set ${variable}, or give --${role}-password-file FILE`);
  }
  return password;
}

function read(file: string, what: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new UsageError(`cannot read the ${what}: ${messageOf(error)}`);
  }
}
