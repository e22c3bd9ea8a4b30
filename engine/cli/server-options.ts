import { readFileSync } from "node:fs";
import { type Command, InvalidArgumentError, Option } from "commander";
import type { ConnectionOptions, TlsMode } from "../mysql/index.js";
import { messageOf } from "../operation/index.js";
import type { Role } from "../preflight/index.js";

export interface Address {
  readonly user: string;
  readonly host: string;
  readonly port: number;
}

const DEFAULT_PORT = 3306;
const TLS_MODES: readonly TlsMode[] = ["disabled", "required", "verify-ca", "verify-identity"];

/** Something about the command line or the environment that the user has to change. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

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

/** Adds the options that say how one server is reached. Passwords are no options: other users can read a command line. */
export function addServerOptions(command: Command, role: Role): Command {
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

/** The connection that the options and the environment describe; undefined when the server was not named. */
export function connectionFrom(
  options: Readonly<Record<string, unknown>>,
  role: Role,
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
  role: Role,
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
