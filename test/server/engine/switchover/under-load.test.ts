import { silent } from "@gtid-ferry/engine/operation";
import { switchover } from "@gtid-ferry/engine/switchover";
import { afterAll, beforeAll, expect, it } from "vitest";
import { FollowingWriters, WRITTEN_TABLE } from "../../helpers/following-writers.js";
import { letTargetCatchUp } from "../../helpers/pair.js";
import { type SwitchoverPair, startSwitchoverPair } from "../../helpers/switchover-pair.js";

/** A replica falls behind writers that never rest where disks are slow, and then no switchover begins. */
const THINK_MILLISECONDS = 5;

let pair: SwitchoverPair;
beforeAll(async () => {
  pair = await startSwitchoverPair("under-load");
  // An account of the application: the administrator may write where others may not.
  await pair.source.rootQuery(
    "CREATE SCHEMA app",
    WRITTEN_TABLE,
    "CREATE USER writer@'127.0.0.1' IDENTIFIED BY 'writer'",
    "GRANT INSERT ON app.* TO writer@'127.0.0.1'",
  );
});
afterAll(() => pair?.stop());

it("loses and doubles no acknowledged write in six switchovers", async () => {
  await expect
    .poll(() => pair.target.rootQuery("SELECT COUNT(*) AS n FROM mysql.user WHERE User = 'writer'"))
    .toEqual([{ n: 1 }]);
  const account = { host: "127.0.0.1", user: "writer", password: "writer" };
  const servers = [pair.source, pair.target].map(({ port }) => ({ ...account, port }));
  const writers = await FollowingWriters.start(servers, 8, THINK_MILLISECONDS);
  const pauses: number[] = [];
  try {
    for (const primary of ["target", "source", "target", "source", "target", "source"] as const) {
      const { report } = await switchover(pair.request(primary), [], silent);
      pauses.push(report?.pauseMilliseconds ?? Number.NaN);
    }
  } finally {
    await writers.stop();
  }
  const gap = Math.round(Math.max(...writers.longestGaps));
  console.log(
    `${writers.acknowledged.length} writes acknowledged; pauses of ${pauses.map(Math.round).join(", ")} ms on the servers, at most ${gap} ms between two writes of a client`,
  );
  expect(writers.acknowledged.length).toBeGreaterThan(100);
  await letTargetCatchUp(pair);
  for (const server of [pair.source, pair.target]) {
    const rows = await server.rootQuery(writers.selectIds);
    expect(writers.audit(rows.map(({ id }) => Number(id)))).toEqual({ lost: [], duplicated: [], phantom: [] });
  }
});
