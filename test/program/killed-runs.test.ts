import { silent } from "@gtid-ferry/engine/operation";
import { reportChannel } from "@gtid-ferry/engine/replication";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ensureStack } from "../../lab/pulumi.js";
import { startTestStack, type TestStack } from "../../lab/test-stack.js";
import { s3Keys } from "../helpers/s3-keys.js";
import { sourcePicture } from "../helpers/source-picture.js";
import { endLeftBehind, killUp, type Victim } from "./helpers/interrupt.js";

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
afterAll(async () => {
  endLeftBehind();
  await stack.stop();
});

type Kill = [stage: string, victim: Victim, moment: RegExp];

/** In each round the kills come one later than the other in the same migration: the run after goes on from there. */
const rounds: [string, Kill[]][] = [
  [
    "first",
    [
      ["preparation", "cli", /SET PERSIST gtid_mode = 'ON_PERMISSIVE'/],
      ["backup", "provider", /backup 1 of shop: stream/],
      ["restore", "cli", /restore of backup 1: /],
      ["start of the target", "provider", /starting .*mysqld/],
      ["start of the channel", "cli", /START REPLICA/],
    ],
  ],
  [
    "second",
    [
      ["preparation", "provider", /CREATE USER/],
      ["backup", "cli", /backup 1 of shop: stream/],
      ["restore", "provider", /restore of backup 1: /],
      ["start of the channel", "provider", /CHANGE REPLICATION SOURCE/],
    ],
  ],
];

describe.each(rounds)("a migration whose runs are killed, %s round", (_round, kills) => {
  it.each(kills)("survives SIGKILL during the %s, of the %s", async (_stage, victim, moment) => {
    await killUp(stack, moment, victim);
    await ensureStack(stack.project, silent);
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
    expect(output).toContain("7 deleted");
    expect(exitCode).toBe(0);
    expect(await sourcePicture(stack.source)).toEqual(before);
    expect(await s3Keys(stack.s3)).toEqual([]);
  });
});
