import { COMMANDS, type CommandRule, GLOBAL, GLOBAL_2, OUTPUTS } from "./commands.js";

export interface AwsCall {
  /** E.g. `s3api head-object`. */
  readonly command: string;
  readonly options: ReadonlyMap<string, string>;
  readonly words: readonly string[];
}

export interface AwsAnswer {
  readonly output?: string;
  /** Code and text of an error of the service. */
  readonly error?: { readonly code: string; readonly operation: string; readonly text: string };
}

interface Surroundings {
  readonly major: 1 | 2;
  answer(call: AwsCall): AwsAnswer;
  print(text: string): void;
  log(line: string): void;
}

/**
 * Exit codes. Version 1 measured with 1.45.11: what argparse refuses ends with 2, all else with 255, and a failed transfer
 * of `s3` with 1. Version 2: the topic return-codes of its manual.
 */
const EXIT = { 1: { usage: 2, invalid: 255, service: 255 }, 2: { usage: 252, invalid: 252, service: 254 } };

class Refusal extends Error {
  constructor(
    message: string,
    readonly kind: "usage" | "invalid",
  ) {
    super(message);
  }
}

/** Runs the double of the AWS CLI; gives the exit code. Unlike the real one it takes no beginnings of names. */
export function aws(argv: readonly string[], { major, answer, print, log }: Surroundings): number {
  if (argv[0] === "--version") {
    print(`aws-cli/${major}.45.11 Python/3.11.7 Linux/6.1 botocore/1.43.11\n`);
    return 0;
  }
  try {
    const call = parse(argv, major);
    const { output = "", error } = answer(call);
    print(output);
    if (error === undefined) return 0;
    log(`\nAn error occurred (${error.code}) when calling the ${error.operation} operation: ${error.text}`);
    return call.command.startsWith("s3 ") ? 1 : EXIT[major].service;
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    log(error.message);
    return EXIT[major][error.kind];
  }
}

function parse(argv: readonly string[], major: 1 | 2): AwsCall {
  const [service = "", operation = ""] = argv;
  const command = `${service} ${operation}`;
  const rule = COMMANDS[command];
  if (rule === undefined) {
    throw new Refusal(`aws: error: argument operation: Found invalid choice '${operation || service}'`, "usage");
  }
  const options = new Map<string, string>();
  const words: string[] = [];
  const unknown: string[] = [];
  const second = major === 2 ? GLOBAL_2 : { values: [], switches: [] };
  const values = [...GLOBAL.values, ...second.values, ...rule.values];
  const switches = [...GLOBAL.switches, ...second.switches, ...(rule.switches ?? [])];
  for (let at = 2; at < argv.length; at += 1) {
    const word = argv[at] ?? "";
    const [name = "", ...inline] = word.slice(2).split("=");
    if (!word.startsWith("--")) {
      words.push(word);
    } else if (switches.includes(name)) {
      options.set(name, "true");
    } else if (values.includes(name)) {
      if (!word.includes("=")) at += 1;
      const value = word.includes("=") ? inline.join("=") : argv[at];
      // The parser takes whatever looks like an option for one.
      if (value === undefined || /^--./.test(value)) {
        throw new Refusal(`aws: error: argument --${name}: expected one argument`, "usage");
      }
      options.set(name, value);
    } else {
      unknown.push(word);
    }
  }
  check(rule, options, words, major);
  if (unknown.length > 0) throw new Refusal(`Unknown options: ${unknown.join(",")}`, "invalid");
  if (command === "s3 cp" && !words.some((word) => word.startsWith("s3://"))) {
    throw new Refusal("Error: Invalid argument type", "invalid");
  }
  return { command, options, words };
}

function check(rule: CommandRule, options: ReadonlyMap<string, string>, words: readonly string[], major: 1 | 2): void {
  const wanted = rule.words ?? 0;
  const missing = (rule.required ?? []).filter((name) => !options.has(name)).map((name) => `--${name}`);
  if (words.length < wanted) missing.push(wanted === 1 ? "outfile" : "paths");
  if (missing.length > 0) {
    throw new Refusal(`aws: error: the following arguments are required: ${missing.join(", ")}`, "usage");
  }
  const output = options.get("output");
  if (output !== undefined && !OUTPUTS[major].includes(output)) {
    throw new Refusal(`aws: error: argument --output: Found invalid choice '${output}'`, "usage");
  }
  const invalid = (text: string) => new Refusal(text, "invalid");
  // What follows an unknown option is a word too many, and told with it.
  if (words.length > wanted) throw invalid(`Unknown options: ${words.slice(wanted).join(",")}`);
  for (const name of [...GLOBAL.numbers, ...(rule.numbers ?? [])]) {
    const value = options.get(name);
    if (value !== undefined && !/^\d+$/.test(value))
      throw invalid(`invalid literal for int() with base 10: '${value}'`);
  }
  const endpoint = options.get("endpoint-url");
  if (endpoint !== undefined && !/^https?:\/\/./.test(endpoint)) {
    throw invalid(`Bad value for --endpoint-url "${endpoint}": scheme is missing.`);
  }
  if (options.has("no-paginate") && ["max-items", "page-size", "starting-token"].some((name) => options.has(name))) {
    throw invalid("Error during pagination: Cannot specify --no-paginate along with pagination arguments");
  }
  const bucket = options.get("bucket");
  if (bucket !== undefined && !/^[a-zA-Z0-9.\-_]{1,255}$/.test(bucket) && !bucket.startsWith("arn:")) {
    throw invalid(`Parameter validation failed:\nInvalid bucket name "${bucket}"`);
  }
}
