import { posix } from "node:path";
import { shellQuote } from "../operation/index.js";
import type { Command, DetachedJob, ProcessIdentity } from "./host.js";

/** Scripts of a POSIX shell for what a host does; what they need besides is coreutils and util-linux (setsid). */

/** What says that a program is not there: its own exit codes and words may be anything. */
export const NO_PROGRAM = "gtid-ferry: no such program";
export const NO_FILE_EXIT_CODE = 44;

/** Kills the script and all that it started when the time is over; that ends with exit code 137. */
export function withTimeout(script: string, timeoutSeconds: number): string {
  return `exec timeout -s KILL ${timeoutSeconds} sh -c ${shellQuote(script)}`;
}

export function runScript(argv: Command["argv"]): string {
  return lines(requireProgram(argv[0]), `exec ${words(argv)}`);
}

/** Prints the file, or ends with NO_FILE_EXIT_CODE; a folder that may not be looked into is an error. */
export function readScript(path: string): string {
  return lines(
    `path=${shellQuote(path)}`,
    'if [ -e "$path" ]; then exec cat -- "$path"; fi',
    'until [ -e "$path" ]; do path=$(dirname -- "$path"); done',
    'if [ -d "$path" ] && [ ! -x "$path" ]; then echo "$path: Permission denied" >&2; exit 1; fi',
    `exit ${NO_FILE_EXIT_CODE}`,
  );
}

/** Writes its standard input, of which `bytes` must arrive: half a file is what a lost connection leaves. */
export function writeScript(path: string, bytes: number, mode: number, suffix: string): string {
  return lines(
    "umask 077",
    `path=${shellQuote(path)}`,
    `new=${shellQuote(`${path}.${suffix}`)}`,
    `mkdir -p -- ${shellQuote(posix.dirname(path))} || exit`,
    `trap 'rm -f -- "$new"' EXIT`,
    'cat >"$new" || exit',
    `if [ "$(wc -c <"$new")" -ne ${bytes} ]; then echo "the text did not arrive whole" >&2; exit 1; fi`,
    `chmod ${mode.toString(8)} -- "$new" && sync -- "$new" && mv -f -T -- "$new" "$path"`,
  );
}

export function removeScript(path: string): string {
  return `rm -rf -- ${shellQuote(path)}`;
}

/** Prints /proc/PID/stat, or nothing. */
export function statScript(pid: number): string {
  return `cat /proc/${pid}/stat 2>/dev/null || true`;
}

/**
 * Prints the process id and then /proc/PID/stat of a job in a session of its own. systemd keeps it where it may be asked:
 * some machines end all processes of a login with it. `unit` is a name that was never used.
 */
export function startScript({ argv, workingDirectory, environment, logPath }: DetachedJob, unit: string): string {
  const assignments = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
  const job = words(["env", ...assignments, ...argv]);
  const inside = `cd -- ${shellQuote(workingDirectory)} && exec ${job} </dev/null >>${shellQuote(logPath)} 2>&1`;
  return lines(
    "umask 077",
    `cd -- ${shellQuote(workingDirectory)} || exit`,
    requireProgram(argv[0]),
    `: >>${shellQuote(logPath)} || exit`,
    "pid=",
    'if [ -d /run/systemd/system ] && [ "$(id -u)" = 0 ] && command -v systemd-run >/dev/null; then',
    // A service has no environment of the user's; older versions do not know all of this, or may be refused.
    `  if systemd-run --quiet --collect --unit=${shellQuote(unit)} --setenv=PATH="$PATH" --setenv=HOME="$HOME" \\`,
    // Dollar signs of an argument are the service manager's own (systemd.service(5)); two of them are one of ours.
    `    /bin/sh -c ${shellQuote(inside.replaceAll("$", "$$$$"))}; then`,
    `    pid=$(systemctl show --property=MainPID ${shellQuote(`${unit}.service`)}) || exit`,
    `    pid=\${pid#MainPID=}`,
    "  fi",
    "fi",
    'if [ -z "$pid" ]; then',
    // Not the leader of a group, so that setsid need not fork and the process id stays.
    `  setsid sh -c ${shellQuote(inside)} </dev/null >/dev/null 2>&1 &`,
    "  pid=$!",
    "fi",
    'echo "$pid"',
    'cat "/proc/$pid/stat" 2>/dev/null || true',
  );
}

/** SIGTERM to the process group, SIGKILL after the grace, and waits until the process is gone. */
export function stopScript({ pid, startTicks }: ProcessIdentity, graceSeconds: number): string {
  return lines(
    "running() {",
    `  stat=$(cat /proc/${pid}/stat 2>/dev/null) || return 1`,
    `  set -- \${stat##*) }`,
    `  [ "\${20}" = ${shellQuote(startTicks)} ] || return 1`,
    `  [ "$1" != Z ] || [ "\${18}" -gt 1 ]`,
    "}",
    "running || exit 0",
    `kill -s TERM -- -${pid} 2>/dev/null`,
    "rounds=0",
    `while running && [ "$rounds" -lt ${Math.ceil(graceSeconds * 10)} ]; do sleep 0.1; rounds=$((rounds + 1)); done`,
    `while running; do kill -s KILL -- -${pid} 2>/dev/null; sleep 0.1; done`,
    "exit 0",
  );
}

function requireProgram(program: string): string {
  return `command -v -- ${shellQuote(program)} >/dev/null 2>&1 || { echo ${shellQuote(NO_PROGRAM)} >&2; exit 127; }`;
}

function words(argv: readonly string[]): string {
  return argv.map(shellQuote).join(" ");
}

function lines(...all: readonly string[]): string {
  return all.join("\n");
}
