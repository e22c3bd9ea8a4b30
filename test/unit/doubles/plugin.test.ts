import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { record } from "../../doubles/plugin.js";
import { readRecordedCalls } from "../../helpers/recorded-calls.js";

let directory: string;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "plugin-"));
  vi.stubEnv("GTID_FERRY_PLUGIN_RECORD", join(directory, "calls"));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(directory, { recursive: true });
});

const secret = (value: unknown) => ({
  "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
  value,
});

it("calls are recorded in their order, with what the resource lies in, and with secrets marked", async () => {
  expect(await readRecordedCalls(join(directory, "calls"))).toEqual([]);
  record("configure", "", { region: "eu-west-1" }, { account: "222222222222" });
  const urn = "urn:pulumi:test::gtid-ferry::my:index:Outer$my:index:Inner$aws:iam/role:Role::reader";
  record("create", urn, { name: "reader", keys: [{ password: secret("hidden") }] });
  expect(await readRecordedCalls(join(directory, "calls"))).toEqual([
    {
      call: "configure",
      urn: "",
      type: "",
      name: "",
      parents: [],
      inputs: { region: "eu-west-1" },
      provider: { account: "222222222222" },
    },
    {
      call: "create",
      urn,
      type: "aws:iam/role:Role",
      name: "reader",
      parents: ["my:index:Outer", "my:index:Inner"],
      inputs: { name: "reader", keys: [{ password: { secret: "hidden" } }] },
      provider: {},
    },
  ]);
});
