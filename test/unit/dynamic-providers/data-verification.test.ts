import type { dynamic } from "@pulumi/pulumi";
import { expect, it, vi } from "vitest";
import { DataVerification } from "../../../dynamic-providers/data-verification.js";

const given = vi.hoisted((): { provider?: dynamic.ResourceProvider } => ({}));

vi.mock("@pulumi/pulumi", async (load) => {
  const pulumi = await load<typeof import("@pulumi/pulumi")>();
  class Resource {
    constructor(provider: dynamic.ResourceProvider) {
      given.provider = provider;
    }
  }
  return { ...pulumi, dynamic: { ...pulumi.dynamic, Resource } };
});

const inputs = {
  source: { connection: { host: "source", port: 3306, user: "ferry", password: "" } },
  target: { connection: { host: "target", port: 3306, user: "ferry", password: "" } },
  trigger: "1",
  restoredUuid: "00000000-0000-0000-0000-000000000001",
  ignoredObjects: [],
  limits: {},
  checkpointFile: "checkpoint",
};

async function isComparedAgain(changes: object): Promise<boolean | undefined> {
  new DataVerification("verification", inputs as unknown as ConstructorParameters<typeof DataVerification>[1]);
  return (await given.provider?.diff?.("verification", inputs, { ...inputs, ...changes }))?.changes;
}

it.each([
  ["a target that was restored anew", { restoredUuid: "00000000-0000-0000-0000-000000000002" }, true],
  ["another trigger", { trigger: "2" }, true],
  ["another address of the same server", { target: inputs.source }, false],
  ["nothing new", {}, false],
])("%s, %o: compared again is %s", async (_, changes, expected) => {
  expect(await isComparedAgain(changes)).toBe(expected);
});
