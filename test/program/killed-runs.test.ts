import { silent } from "@gtid-ferry/engine/operation";
import { reportChannel } from "@gtid-ferry/engine/replication";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ensureStack } from "../../lab/pulumi.js";
import { s3Keys } from "../helpers/s3-keys.js";
import { sourcePicture } from "../helpers/source-picture.js";
import { killUp, type Victim } from "./helpers/interrupt.js";
import { startTestStack, type TestStack } from "./helpers/test-stack.js";

let stack: TestStack;
let before: Awaited<ReturnType<typeof sourcePicture>>;

beforeAll(async () => {
  stack = await startTestStack("killed");
  await stack.source.rootQuery(
    "CREATE SCHEMA shop",
    "CREATE TABLE shop.item (id INT AUTO_INCREMENT PRIMARY KEY, payload VARBINARY(1024))",
    "INSERT INTO shop.item (payload) VALUES (RANDOM_BYTES(1024))",
    // 2^17 rows of 1 KiB that do not compress: a backup that lasts long enough to be killed in.
    ...Array.from({ length: 17 }, () => "INSERT INTO shop.item (payload) SELECT RANDOM_BYTES(1024) FROM shop.item"),
  );
  before = await sourcePicture(stack.source);
});
afterAll(() => stack.stop());

const moments: [string, RegExp, Victim][] = [
  ["preparation", /SET PERSIST gtid_mode = 'ON_PERMISSIVE'/, "cli"],
  ["preparation", /CREATE USER/, "provider"],
  ["backup", /backup 1: /, "provider"],
  ["backup", /backup 1: .*[1-9][0-9.]* [KM]iB/, "cli"],
  ["restore", /restore of backup 1/, "provider"],
  ["start of the target", /starting .*mysqld/, "cli"],
  ["start of the channel", /START REPLICA/, "provider"],
  ["start of the channel", /channel gtid_ferry receives/, "cli"],
];

// Each kill comes later in the same migration: the run after it goes on from there.
describe("a migration whose runs are killed", () => {
  it.each(moments)("survives SIGKILL during the %s (%s, the %s)", async (_stage, moment, victim) => {
    await killUp(stack, moment, victim);
    await ensureStack(stack.project, silent);
    expect(await s3Keys(stack.s3)).not.toContain("gtid-ferry/shop/1/manifest.json.tmp");
  });

  it("is completed by the next up, and then changes nothing", async () => {
    await stack.up();
    const target = { ...stack.source.options, port: stack.targetPort };
    expect(await reportChannel(stack.source.options, target, "gtid_ferry")).toMatchObject({
      connected: true,
      applying: true,
      missing: "",
      errant: "",
    });
    expect(await s3Keys(stack.s3)).toEqual(["gtid-ferry/shop/1/archive.zst", "gtid-ferry/shop/1/manifest.json"]);
    expect(await stack.up()).not.toMatch(/\d+ (created|updated|replaced|deleted)/);
  });

  it("still gives the source back as it was", async () => {
    const { exitCode, output } = await stack.pulumi("destroy", "--yes");
    expect(output).toContain("6 deleted");
    expect(exitCode).toBe(0);
    expect(await sourcePicture(stack.source)).toEqual(before);
    expect(await s3Keys(stack.s3)).toEqual([]);
  });
});
