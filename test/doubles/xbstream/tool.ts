import { OptionError, type OptionRule, parseOptions } from "../mysys/getopt.js";

interface Surroundings {
  isDirectory(path: string): boolean;
  /** Gives the exit code. */
  extract(directory: string): number;
  log(line: string): void;
}

const numbers = ["decompress-threads", "parallel", "fifo-streams", "fifo-timeout", "encrypt-threads"];

/** my_long_options in percona-xtrabackup src/xbstream.cc. It reads no option files, so it knows no option about them. */
const OPTIONS: readonly OptionRule[] = [
  ...["help", "version", "create", "extract"].map((name): OptionRule => ({ name, argument: "none" })),
  ...["decompress", "verbose", "absolute-names"].map((name): OptionRule => ({ name, argument: "boolean" })),
  ...numbers.map((name): OptionRule => ({ name, argument: "required", isNumber: true })),
  ...["directory", "fifo-dir", "encrypt-key", "encrypt-key-file"].map(
    (name): OptionRule => ({ name, argument: "required" }),
  ),
  { name: "decrypt", argument: "required", values: ["none", "aes128", "aes192", "aes256"] },
];

/** Runs the double; gives the exit code. All its refusals end with 1 (get_options() and main()). */
export function xbstream(argv: readonly string[], { isDirectory, extract, log }: Surroundings): number {
  const refuse = (text: string) => {
    log(`xbstream: ${text}`);
    return 1;
  };
  try {
    const { values } = parseOptions(argv, OPTIONS, false);
    if (values.has("help") || values.has("version")) return 0;
    if (values.has("create") && values.has("extract")) return refuse("can't set specify both -c and -x.");
    if (!values.has("create") && !values.has("extract")) return refuse("either -c or -x must be specified.");
    const directory = values.get("directory") ?? ".";
    if (!isDirectory(directory))
      return refuse(`Can't change dir to '${directory}' (OS errno 2 - No such file or directory)`);
    if (Number(values.get("fifo-streams") ?? 1) > 1 && !values.has("fifo-dir")) {
      return refuse("--fifo-streams requires --fifo-dir parameter.");
    }
    if (values.has("create")) throw new Error("this double only extracts");
    return extract(directory);
  } catch (error) {
    if (!(error instanceof OptionError)) throw error;
    return refuse(`[ERROR] ${error.message}`);
  }
}
