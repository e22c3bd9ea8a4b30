import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { readLooks } from "../../../../engine/access/observation.js";
import { refusals } from "../../../helpers/aws-calls.js";

/** Lists nothing, and answers all else. */
const AWS = `#!/bin/bash
echo "$*" >>"$0.calls"
case "$1 $2" in
  "sts get-caller-identity") echo arn:aws:sts::1:assumed-role/r/s ;;
  "s3api get-object") echo 'the "object"' >"\${@: -1}" ;;
  *)
    echo "An error occurred (AccessDenied) when calling the ListObjectsV2 operation: no" >&2
    exit 254
    ;;
esac
`;

/** Runs the script with such an AWS CLI, before a server that never says anything; gives its calls too. */
async function run(): Promise<{ readonly output: string; readonly calls: readonly string[] }> {
  const bin = mkdtempSync(join(tmpdir(), "gtid-ferry-test-"));
  writeFileSync(join(bin, "aws"), AWS, { mode: 0o755 });
  const silent = createServer(() => {});
  await new Promise<void>((done) => silent.listen(0, "127.0.0.1", done));
  const port = String((silent.address() as AddressInfo).port);
  const env = {
    PATH: `${bin}:${process.env.PATH}`,
    BUCKET: "b",
    FOLDER: "f/",
    TEST_KEY: "f/k",
    AWS_REGION: "eu-central-1",
    SOURCE_HOST: "127.0.0.1",
    SOURCE_PORT: port,
    VAULT_HOST: "127.0.0.1",
    VAULT_PORT: port,
    LOOK_SECONDS: "1",
  };
  try {
    const { stdout: output } = await promisify(execFile)("bash", [resolve("scripts/access-check.sh")], { env });
    return { output, calls: readFileSync(join(bin, "aws.calls"), "utf8").trimEnd().split("\n") };
  } finally {
    silent.close();
    rmSync(bin, { recursive: true });
  }
}

it("ends in time and tells each look's end, whatever the others do", async () => {
  const { output, calls } = await run();
  expect(readLooks(output)).toEqual({
    identity: { exitCode: 0, output: "arn:aws:sts::1:assumed-role/r/s" },
    list: { exitCode: 254, output: "An error occurred (AccessDenied) when calling the ListObjectsV2 operation: no" },
    read: { exitCode: 0, output: 'the "object"' },
    source: { exitCode: 124, output: "connected" },
    vault: { exitCode: 0, output: "connected" },
  });
  expect(calls).toHaveLength(3);
  for (const major of [1, 2] as const) {
    for (const call of calls) expect(refusals(major, call)).toEqual([]);
  }
});
