import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { silent } from "@gtid-ferry/engine/operation";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { loadCheckpoint, saveCheckpoint } from "../../../../engine/verify/checkpoint.js";
import { CheckpointStore } from "../../../../engine/verify/checkpoint-store.js";

let directory: string;
let file: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "checkpoint-"));
  file = join(directory, "made", "checkpoint.json");
});
afterEach(() => rmSync(directory, { recursive: true }));

const result = { schema: "shop.x", table: "y", rows: 3, differences: 0, listed: [], hasMore: false, undecided: [] };
const checkpoint = { of: "these servers", startedAt: "2026-01-01T00:00:00.000Z", tables: [{ version: "v1", result }] };

describe("the checkpoint of a comparison", () => {
  it("is found by the comparison that it is of, and by no other", async () => {
    await saveCheckpoint(file, checkpoint);
    expect(await loadCheckpoint(file, "these servers")).toEqual(checkpoint);
    expect(await loadCheckpoint(file, "other servers")).toBeUndefined();
  });

  it("is begun anew where the file is none, or was cut off", async () => {
    expect(await loadCheckpoint(file, "these servers")).toBeUndefined();
    await saveCheckpoint(file, checkpoint);
    writeFileSync(file, readFileSync(file, "utf8").slice(0, -20));
    expect(await loadCheckpoint(file, "these servers")).toBeUndefined();
  });

  it("can be read by its owner alone", async () => {
    await saveCheckpoint(file, checkpoint);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it("has a table by its schema and name, in the version that was compared", async () => {
    await saveCheckpoint(file, checkpoint);
    const store = await CheckpointStore.open(file, "these servers", "2026-02-02T00:00:00.000Z", silent);
    expect(store.startedAt).toBe(checkpoint.startedAt);
    expect(store.has({ schema: "shop.x", table: "y" }, "v1")).toBe(true);
    expect(store.has({ schema: "shop.x", table: "y" }, "v2")).toBe(false);
    expect(store.has({ schema: "shop", table: "x.y" }, "v1")).toBe(false);
  });
});
