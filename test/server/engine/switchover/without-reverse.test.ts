import { ensureRoles, type KnownRoles, planRoles, type RolesRequest, retireRoles } from "@gtid-ferry/engine/cutover";
import { silent } from "@gtid-ferry/engine/operation";
import { ensureChannel } from "@gtid-ferry/engine/replication";
import type { Side } from "@gtid-ferry/engine/topology";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type SwitchoverPair, startSwitchoverPair } from "../../helpers/switchover-pair.js";

let pair: SwitchoverPair;
let known: KnownRoles;

const NONE = { reverseReplication: "none" } as const;
const roles = (primary: Side, changes: Partial<RolesRequest> = {}) => pair.roles(primary, { ...NONE, ...changes });
const seen = async (side: Side) => {
  const [row] = await pair[side].rootQuery(
    `SELECT @@super_read_only AS fenced,
      (SELECT COUNT(*) FROM performance_schema.replication_connection_configuration) AS channels`,
  );
  return row;
};

// The source is one that no replica of the target could be: the target's server cannot be reached by the replication account.
beforeEach(async () => {
  pair = await startSwitchoverPair("without-reverse");
  await pair.source.rootQuery("ALTER USER repl@'127.0.0.1' ACCOUNT LOCK");
  await expect
    .poll(() => pair.target.rootQuery("SELECT account_locked AS locked FROM mysql.user WHERE user = 'repl'"))
    .toEqual([{ locked: "Y" }]);
});
afterEach(() => pair?.stop());

async function cutOver(): Promise<void> {
  known = { ...(await ensureRoles(roles("target"), undefined, silent)), primary: "target" };
  expect(known).toMatchObject({ present: "target", switchovers: 1, inOrder: true, isFinal: false });
  expect(await seen("source")).toEqual({ fenced: 1, channels: 0 });
  expect(await seen("target")).toEqual({ fenced: 0, channels: 0 });
}

describe("a cutover without reverse replication", () => {
  it("is refused where it is required, before anything is committed", async () => {
    await expect(ensureRoles(roles("target", { reverseReplication: "required" }), undefined, silent)).rejects.toThrow(
      /reverse-path[\s\S]*reverseReplication none/,
    );
    expect(await seen("source")).toMatchObject({ fenced: 0 });
    expect(await seen("target")).toEqual({ fenced: 1, channels: 1 });
  });

  it("is refused with the reason from the target's error log, where that ends the replication account's connections", async () => {
    await pair.source.rootQuery("ALTER USER repl@'127.0.0.1' ACCOUNT UNLOCK");
    await expect
      .poll(() => pair.target.rootQuery("SELECT account_locked AS locked FROM mysql.user WHERE user = 'repl'"))
      .toEqual([{ locked: "N" }]);
    await pair.target.rootQuery("SET GLOBAL init_connect = 'SELECT user FROM mysql.user'");
    const required = roles("target", { reverseReplication: "required" });
    await expect(ensureRoles(required, undefined, silent)).rejects.toThrow(
      /reverse-path[\s\S]*it ends the connections of repl: init_connect command failed/,
    );
    expect(await seen("source")).toMatchObject({ fenced: 0 });
  });

  it("leaves the source fenced and without a channel, in every later run, and can be finalized", async () => {
    await cutOver();
    const channel = { ...pair.channel, ...NONE };
    expect(await ensureChannel(channel, silent)).toMatchObject({ primary: "target", running: false, isGivenUp: true });
    expect(await ensureRoles(roles("target"), known, silent)).toMatchObject({ switchovers: 1, inOrder: true });
    expect(await seen("source")).toEqual({ fenced: 1, channels: 0 });
    const final = await ensureRoles(roles("target", { isFinal: true }), known, silent);
    expect(final).toMatchObject({ present: "target", isFinal: true, inOrder: true });
    expect(await seen("source")).toEqual({ fenced: 1, channels: 0 });
    expect(await seen("target")).toEqual({ fenced: 0, channels: 0 });
  });

  it("has no rollback, which the preview says, and can be torn down", async () => {
    await cutOver();
    const { refusals } = await planRoles(roles("source"), known);
    expect(refusals.map((finding) => finding.seen)).toEqual([expect.stringContaining("there is no rollback")]);
    await retireRoles(roles("target"), known, silent);
    expect(await seen("source")).toEqual({ fenced: 1, channels: 0 });
    expect(await seen("target")).toEqual({ fenced: 0, channels: 0 });
  });
});
