import { aws } from "../doubles/aws-cli/tool.js";
import { type Outcome, testContract, type WrongCall } from "./contract.js";

function call(major: 1 | 2, words: readonly string[], code?: string): Outcome {
  const output: string[] = [];
  const exitCode = aws(words, {
    major,
    answer: () => (code === undefined ? {} : { error: { code, operation: "HeadObject", text: "no" } }),
    print: (text) => output.push(text),
    log: (line) => output.push(line),
  });
  return { exitCode, output: output.join("\n") };
}

const HEAD = ["s3api", "head-object", "--bucket", "bucket", "--key", "key"];
const UPLOAD = ["s3", "cp", "-", "s3://bucket/key", "--expected-size", "5", "--only-show-errors"];

/** One call before each major version, whose exit codes differ. */
function wrong(
  description: string,
  words: readonly string[],
  codes: readonly [number, number],
  says: string,
): WrongCall[] {
  return ([1, 2] as const).map((major) => ({
    call: `${description} (version ${major})`,
    run: () => call(major, words),
    exitCode: codes[major - 1] ?? 0,
    says,
  }));
}

testContract({
  double: "aws",
  rules: [
    {
      rule: "options are those of the command and the global ones, with their values",
      source:
        "aws-cli awscli/data/cli.json, customizations/s3/subcommands.py; botocore s3; measured with 1.45.11; topic return-codes of version 2",
      wrong: [
        ...wrong("a misspelt option", [...UPLOAD, "--expected-sise=5"], [255, 252], "Unknown options: --expected-sise"),
        ...wrong("an option of another command", [...HEAD, "--max-keys", "1"], [255, 252], "Unknown options: "),
        ...wrong(
          "no value",
          ["s3api", "list-objects-v2", "--bucket", "bucket", "--max-keys", "--no-paginate"],
          [2, 252],
          "argument --max-keys: expected one argument",
        ),
        ...wrong(
          "no key",
          ["s3api", "head-object", "--bucket", "bucket"],
          [2, 252],
          "the following arguments are required: --key",
        ),
        ...wrong(
          "no place for an object",
          ["s3api", "get-object", "--bucket", "bucket", "--key", "key"],
          [2, 252],
          "required: outfile",
        ),
        ...wrong("an operation that there is not", ["s3api", "put-objekt"], [2, 252], "invalid choice 'put-objekt'"),
        ...wrong("an output that there is not", [...HEAD, "--output", "csv"], [2, 252], "argument --output"),
        ...wrong(
          "a number that is none",
          ["s3api", "list-objects-v2", "--bucket", "bucket", "--max-keys", "many"],
          [255, 252],
          "invalid literal for int()",
        ),
        ...wrong("a copy from here to here", ["s3", "cp", "a", "b"], [255, 252], "Invalid argument type"),
        ...wrong(
          "an address without its scheme",
          [...HEAD, "--endpoint-url", "127.0.0.1:9000"],
          [255, 252],
          "scheme is missing",
        ),
        ...wrong(
          "pages where none are wanted",
          ["s3api", "list-objects-v2", "--bucket", "bucket", "--no-paginate", "--page-size", "3"],
          [255, 252],
          "Cannot specify --no-paginate",
        ),
        ...wrong(
          "no bucket",
          ["s3api", "head-object", "--bucket", "", "--key", "key"],
          [255, 252],
          'Invalid bucket name ""',
        ),
        {
          call: "an option of version 2 (version 1)",
          run: () => call(1, [...HEAD, "--no-cli-pager"]),
          exitCode: 255,
          says: "Unknown options: --no-cli-pager",
        },
      ],
    },
    {
      rule: "a refusal of the service has an exit code of its own",
      source: "aws-cli topic return-codes; measured with 1.45.11",
      wrong: [
        {
          call: "s3api (version 1)",
          run: () => call(1, HEAD, "403"),
          exitCode: 255,
          says: "An error occurred (403) when calling the HeadObject operation",
        },
        { call: "s3api (version 2)", run: () => call(2, HEAD, "403"), exitCode: 254, says: "An error occurred (403)" },
        {
          call: "s3 (version 2)",
          run: () => call(2, UPLOAD, "AccessDenied"),
          exitCode: 1,
          says: "An error occurred (AccessDenied)",
        },
      ],
    },
  ],
  right: [
    {
      call: "an upload from standard input",
      run: () => call(2, [...UPLOAD, "--endpoint-url", "http://127.0.0.1:9000"]),
    },
    { call: "a look at an object", run: () => call(1, [...HEAD, "--query", "ContentLength", "--output", "text"]) },
    { call: "a setting", run: () => call(2, ["configure", "set", "s3.addressing_style", "path"]) },
    { call: "a short wait", run: () => call(2, ["sts", "get-caller-identity", "--cli-connect-timeout", "10"]) },
    { call: "an option of version 2", run: () => call(2, [...HEAD, "--no-cli-pager"]) },
    { call: "--version", run: () => call(2, ["--version"]) },
  ],
});
