import { xbstream } from "../doubles/xbstream/tool.js";
import { type Outcome, testContract, type WrongCall } from "./contract.js";

function call(...words: readonly string[]): Outcome {
  const output: string[] = [];
  const exitCode = xbstream(words, {
    isDirectory: (path) => path !== "/none",
    extract: () => 0,
    log: (line) => output.push(line),
  });
  return { exitCode, output: output.join("\n") };
}

const wrong = (description: string, words: readonly string[], says: string): WrongCall => ({
  call: description,
  run: () => call(...words),
  exitCode: 1,
  says,
});
const SOURCE = "percona-xtrabackup storage/innobase/xtrabackup/src/xbstream.cc";

testContract({
  double: "xbstream",
  rules: [
    {
      rule: "its options are its own: it reads no option files and knows none about them",
      source: `${SOURCE} my_long_options`,
      wrong: [
        wrong("--no-defaults", ["--no-defaults", "--extract"], "unknown option '--no-defaults'."),
        wrong("an option of xtrabackup", ["--extract", "--target-dir=/x"], "unknown variable 'target-dir=/x'."),
        wrong("a number that is none", ["--extract", "--parallel=all"], "Unknown suffix 'a'"),
        wrong(
          "no value where one is required",
          ["--extract", "--directory"],
          "option '--directory' requires an argument",
        ),
        wrong("a value where none is taken", ["--extract=yes"], "option '--extract' cannot take an argument"),
      ],
    },
    {
      rule: "one mode, and a folder that is there",
      source: `${SOURCE} main()`,
      wrong: [
        wrong("no mode", ["--directory=/there"], "either -c or -x must be specified."),
        wrong("both modes", ["--create", "--extract"], "can't set specify both -c and -x."),
        wrong("a folder that is not there", ["--extract", "--directory=/none"], "Can't change dir to '/none'"),
        wrong(
          "several streams without their folder",
          ["--extract", "--fifo-streams=2"],
          "--fifo-streams requires --fifo-dir parameter.",
        ),
      ],
    },
  ],
  right: [{ call: "extracting", run: () => call("--extract", "--directory=/there", "--parallel=2") }],
});
