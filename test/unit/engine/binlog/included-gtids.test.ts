import { expect, it } from "vitest";
import { includedGtids } from "../../../../engine/binlog/included-gtids.js";
import { GtidSet } from "../../../../engine/gtid/index.js";

const A = "aaaaaaaa-0000-0000-0000-000000000000";
const B = "bbbbbbbb-0000-0000-0000-000000000000";

it("gives a set as it is, and one that is too long widened", () => {
  const set = GtidSet.parse(`${A}:1:3:9:tag:4:6,${B}:7`);
  expect(includedGtids(set)).toBe(`${A}:1:3:9:tag:4:6,${B}:7`);
  expect(includedGtids(set, 20)).toBe(`${A}:1-9,${A}:tag:4-6,${B}:7-7`);
});
