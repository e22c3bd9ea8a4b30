import { execFile } from "node:child_process";
import { type AddressInfo, createServer } from "node:net";
import { resolve } from "node:path";
import { promisify } from "node:util";
import { expect, it } from "vitest";
import { readLooks } from "../../../../engine/access/observation.js";

/** Runs the script with a stand-in of the AWS CLI, before a server that never says anything. */
async function run(): Promise<string> {
  const silent = createServer(() => {});
  await new Promise<void>((done) => silent.listen(0, "127.0.0.1", done));
  const port = String((silent.address() as AddressInfo).port);
  const env = {
    PATH: `${resolve("test/doubles/access")}:${process.env.PATH}`,
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
    return (await promisify(execFile)("bash", [resolve("scripts/access-check.sh")], { env })).stdout;
  } finally {
    silent.close();
  }
}

it("ends in time and tells each look's end, whatever the others do", async () => {
  expect(readLooks(await run())).toEqual({
    identity: { exitCode: 0, output: "arn:aws:sts::1:assumed-role/r/s" },
    list: { exitCode: 254, output: "An error occurred (AccessDenied) when calling the ListObjectsV2 operation: no" },
    read: { exitCode: 0, output: 'the "object"' },
    source: { exitCode: 124, output: "connected" },
    vault: { exitCode: 0, output: "connected" },
  });
});
