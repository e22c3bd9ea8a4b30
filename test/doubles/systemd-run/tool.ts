import { GetoptError, getoptLong, type LongOption } from "../glibc/getopt-long.js";

const none = (...names: readonly string[]) => names.map((name): LongOption => ({ name, argument: "none" }));
const required = (...names: readonly string[]) => names.map((name): LongOption => ({ name, argument: "required" }));

/** systemd src/run/run.c parse_argv(), as `systemd-run --help` of 252 lists it; later releases have more. */
const OPTIONS: readonly LongOption[] = [
  ...none("help", "version", "no-ask-password", "user", "scope", "slice-inherit", "no-block", "remain-after-exit"),
  ...none("wait", "send-sighup", "same-dir", "pty", "pipe", "shell", "on-timezone-change"),
  ...none("on-clock-change", "system"),
  ...required("host", "machine", "property", "description", "slice", "service-type", "uid", "gid", "nice"),
  ...required("working-directory", "path-property", "socket-property", "on-active", "on-boot"),
  ...required("on-startup", "on-unit-active", "on-unit-inactive", "on-calendar", "on-timezone", "timer-property"),
  { name: "collect", argument: "none", short: "G" },
  { name: "quiet", argument: "none", short: "q" },
  { name: "unit", argument: "required", short: "u" },
  { name: "setenv", argument: "required", short: "E" },
];

export interface Unit {
  readonly name: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly argv: readonly string[];
}

export interface Manager {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Of `systemd-run` itself, which looks for the program before it asks for the unit. */
  findExecutable(name: string): string | undefined;
  isLoaded(unit: string): boolean;
  start(unit: Unit): void;
  log(line: string): void;
}

/** Runs the double; gives the exit code, which is 1 for whatever is refused. */
export function systemdRun(words: readonly string[], manager: Manager): number {
  const refuse = (text: string) => {
    manager.log(text);
    return 1;
  };
  try {
    const { given, rest } = getoptLong("systemd-run", words, OPTIONS);
    const all = (name: string) => given.filter((option) => option.name === name).map(({ value = "" }) => value);
    const environment: Record<string, string> = {};
    for (const text of all("setenv")) {
      const [name = "", ...value] = text.split("=");
      if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
        return refuse(`Cannot assign environment variable ${text}: Invalid argument`);
      }
      environment[name] = text.includes("=") ? value.join("=") : (manager.environment[name] ?? "");
    }
    const [program, ...argv] = rest;
    if (program === undefined) return refuse("Command line to execute required.");
    const path = manager.findExecutable(program);
    if (path === undefined) return refuse(`Failed to find executable ${program}: No such file or directory`);
    const name = unitName(all("unit").at(-1));
    if (name === undefined) return refuse("Failed to mangle unit name: Invalid argument");
    if (manager.isLoaded(name)) {
      return refuse(`Failed to start transient service unit: Unit ${name} was already loaded or has a fragment file.`);
    }
    manager.start({ name, environment, argv: [path, ...argv.flatMap((word) => expand(word, environment))] });
    return 0;
  } catch (error) {
    if (!(error instanceof GetoptError)) throw error;
    return refuse(error.message);
  }
}

function unitName(given: string | undefined): string | undefined {
  if (given === undefined) return "run-u1.service";
  if (!/^[A-Za-z0-9:_.@\\-]+$/.test(given)) return undefined;
  return given.endsWith(".service") ? given : `${given}.service`;
}

/**
 * What the service manager makes of an argument (src/basic/env-util.c replace_env_argv()): a word that is a variable
 * becomes its words, `${NAME}` its value and `$$` a dollar sign, all of the unit's environment.
 */
function expand(word: string, environment: Readonly<Record<string, string>>): string[] {
  const whole = /^\$(?![{$])(.*)$/s.exec(word);
  if (whole !== null) return (environment[whole[1] ?? ""] ?? "").split(/\s+/).filter((part) => part !== "");
  return [word.replaceAll(/\$\$|\$\{(\w+)\}/g, (found, name) => (found === "$$" ? "$" : (environment[name] ?? "")))];
}
