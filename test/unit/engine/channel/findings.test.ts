import { describe, expect, it } from "vitest";
import { checkChannel } from "../../../../engine/channel/findings.js";
import { parseVersion } from "../../../../engine/mysql/index.js";
import { serverFacts } from "../fixtures/server-facts.js";

const source = serverFacts({ version: parseVersion("8.4.6") });
const replica = { ...source, serverUuid: "bbbb", serverId: 2, readOnly: true, superReadOnly: true };
const grounds = { source, replica, otherChannels: [], errant: "", purgedAndMissing: "", lostSinceRestore: "" };
const seen = (changed: Partial<Parameters<typeof checkChannel>[1]>) =>
  checkChannel("replica b:3306", { ...grounds, ...changed }).map((finding) => finding.seen);

describe("checkChannel", () => {
  it("lets a sound pair start", () => {
    expect(seen({})).toEqual([]);
  });

  it.each([
    [{ replica: { ...replica, serverUuid: "aaaa" } }, "both servers have server_uuid aaaa"],
    [{ replica: { ...replica, serverId: 1 } }, "both servers have server_id 1"],
    [{ source: { ...source, gtidMode: "OFF" as const } }, "gtid_mode is OFF on the source and ON on the replica"],
    [{ replica: { ...replica, superReadOnly: false } }, "the replica accepts writes (super_read_only is OFF)"],
    [{ replica: { ...replica, version: parseVersion("26.7.0") } }, "8.4 to 26.7 skips the series 9.7"],
    [{ otherChannels: [""] }, 'the replica has other channels: ""'],
    [{ errant: "bbbb:1" }, "the replica has errant transactions bbbb:1"],
    [{ purgedAndMissing: "aaaa:1-5" }, "the source has purged binary logs with aaaa:1-5, which the replica lacks"],
    [{ lostSinceRestore: "aaaa:1-9" }, "the replica has lost aaaa:1-9 of its restored gtid_executed"],
  ])("refuses %o", (changed, expected) => {
    expect(seen(changed)).toEqual([expected]);
  });

  it("names all obstacles at once", () => {
    expect(seen({ errant: "bbbb:1", purgedAndMissing: "aaaa:1-5", otherChannels: ["x"] })).toHaveLength(3);
  });
});
