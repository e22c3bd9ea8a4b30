import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { OptionError } from "./getopt.js";
import { decodeLoginFile } from "./login-file.js";

export interface CommandLine {
  /** Without the options that only say which files are read. */
  readonly words: readonly string[];
  /** Those in the order of reading, the login file last: what comes later wins. */
  readonly files: readonly string[];
  readonly loginFile: string | undefined;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Which option files a program reads (mysql-server mysys/my_default.cc, my_search_option_files()). An option that says so
 * counts only as the first word: then `--defaults-file` leaves but that file, `--no-defaults` none, and an extra file comes
 * before `~/.my.cnf`. The login file is read in each case. `pathFile` is a name with a folder, which the program
 * itself gives and which is read whatever the command line says.
 */
export function commandLine(argv: readonly string[], environment: Environment, pathFile?: string): CommandLine {
  const [first = ""] = argv;
  const loginFile = loginFileOf(environment);
  const isOurs = first === "--no-defaults" || /^--defaults-(extra-)?file=/.test(first);
  const words = isOurs ? argv.slice(1) : [...argv];
  if (pathFile !== undefined) return { words, files: existing(pathFile), loginFile };
  if (first === "--no-defaults") return { words, files: [], loginFile };
  if (first.startsWith("--defaults-file=")) return { words, files: [readable(first)], loginFile };
  const extra = first.startsWith("--defaults-extra-file=") ? [readable(first)] : [];
  const { MYSQL_HOME: mysqlHome, HOME: home } = environment;
  return {
    words,
    files: [
      ...existing("/etc/my.cnf"),
      ...existing("/etc/mysql/my.cnf"),
      ...(mysqlHome === undefined ? [] : existing(join(mysqlHome, "my.cnf"))),
      ...extra,
      ...(home === undefined ? [] : existing(join(home, ".my.cnf"))),
    ],
    loginFile,
  };
}

/** The options of these groups in all files, as words of a command line. */
export function fileOptions({ files, loginFile }: CommandLine, groups: readonly string[]): string[] {
  const texts = files.flatMap((file) => {
    // A file that anybody may write is passed over, with a warning.
    const isSafe = (statSync(file).mode & 0o002) === 0;
    return isSafe ? [readFileSync(file, "utf8")] : [];
  });
  const login = loginFile === undefined ? [] : [decodeLoginFile(readFileSync(loginFile))];
  return [...texts, ...login].flatMap((text) => optionsIn(text, groups));
}

function optionsIn(text: string, groups: readonly string[]): string[] {
  let isWanted = false;
  return text.split("\n").flatMap((raw) => {
    const line = raw.trim();
    const group = /^\[(.*)\]$/.exec(line);
    if (group !== null) isWanted = groups.includes(group[1] ?? "");
    if (line.startsWith("!include")) throw new Error(`this double does not read ${line}`);
    if (!isWanted || group !== null || line === "" || line.startsWith("#") || line.startsWith(";")) return [];
    const equals = line.indexOf("=");
    if (equals < 0) return [`--${line}`];
    return [`--${line.slice(0, equals).trim()}=${unquoted(line.slice(equals + 1).trim())}`];
  });
}

const ESCAPES: Readonly<Record<string, string>> = { n: "\n", r: "\r", t: "\t", b: "\b", s: " " };

function unquoted(text: string): string {
  const quote = text[0];
  const isQuoted = (quote === '"' || quote === "'") && text.length > 1 && text.endsWith(quote);
  const inner = isQuoted ? text.slice(1, -1) : text;
  return inner.replaceAll(
    /\\(.)/gs,
    (whole: string, next: string) => ESCAPES[next] ?? (/["'\\]/.test(next) ? next : whole),
  );
}

function readable(word: string): string {
  const file = word.slice(word.indexOf("=") + 1);
  if (existsSync(file)) return file;
  throw new OptionError(`Could not open required defaults file: ${file}`, 1);
}

function existing(file: string): string[] {
  return existsSync(file) ? [file] : [];
}

function loginFileOf({ MYSQL_TEST_LOGIN_FILE: named, HOME: home }: Environment): string | undefined {
  const file = named ?? (home === undefined ? undefined : join(home, ".mylogin.cnf"));
  return file !== undefined && existsSync(file) && statSync(file).isFile() ? file : undefined;
}
