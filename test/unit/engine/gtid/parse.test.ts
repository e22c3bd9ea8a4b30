import { describe, expect, it } from "vitest";
import { GtidSet, MalformedGtidSetError } from "../../../../engine/gtid/index.js";

const A = "3e11fa47-71ca-11e1-9e33-c80aa9429562";
const B = "4e11fa47-71ca-11e1-9e33-c80aa9429562";
const GREATEST = "9223372036854775806";

describe("GtidSet.parse", () => {
  it.each([
    ["", ""],
    [" ", ""],
    [",,", ""],
    [A, ""],
    [`${A}:1`, `${A}:1`],
    [`,${A}:1,,${B}:2,`, `${A}:1,\n${B}:2`],
    [` ${A} : 1 - 3 : 5 `, `${A}:1-3:5`],
    [`${A}:1\n,\t${B}:2`, `${A}:1,\n${B}:2`],
    [`${B}:1,${A}:1`, `${A}:1,\n${B}:1`],
    [`${A}:3-1`, ""],
    [`${A}:3-3`, `${A}:3`],
    [`${A}:00012`, `${A}:12`],
    [`${A}:1-5:6-9:3-4`, `${A}:1-9`],
    [`${A}:1-${GREATEST}`, `${A}:1-${GREATEST}`],
    [`${A}:TAG:1`, `${A}:tag:1`],
    [`${A}:1:tag:2:3:b:1:1-3:tag:9`, `${A}:1:b:1-3:tag:2-3:9`],
    [`${A}:tag:1-3,${A}:Tag:4`, `${A}:tag:1-4`],
    [`${A}:tag`, ""],
    [`${A}:tag:x:1`, `${A}:x:1`],
    [`${A}:${"a".repeat(32)}:1`, `${A}:${"a".repeat(32)}:1`],
    [`${A.toUpperCase()}:1`, `${A}:1`],
    [`{${A}}:1`, `${A}:1`],
    [`${A.replaceAll("-", "")}:1`, `${A}:1`],
  ])("reads %j", (text, canonical) => {
    expect(GtidSet.parse(text).toString()).toBe(canonical);
  });

  it.each([
    ["x", 0, "a UUID", '"x"'],
    [`${A}:1,x`, 39, "a UUID", '"x"'],
    ["3e11fa47-71ca-11e1-9e33-c80aa942956:1", 0, "a UUID", '"3e11fa47-71ca-11e1-9e33-c80aa942956:1"'],
    [`${A}:`, 37, "a number or a tag", "the end of the text"],
    [`${A}:-5`, 37, "a number or a tag", '"-5"'],
    [`${A}:5-`, 39, "a number or a tag", "the end of the text"],
    [`${A}::1`, 37, "a number or a tag", '":1"'],
    [`${A}:tag:`, 41, "a number or a tag", "the end of the text"],
    [`${A}:1-2-3`, 40, '"," or ":"', '"-3"'],
    [`${A}:1a:1`, 38, '"," or ":"', '"a:1"'],
    [`${A}:1 2`, 39, '"," or ":"', '"2"'],
    [`${A} 1`, 37, '"," or ":"', '"1"'],
    [`${A}:t-g:1`, 38, '"," or ":"', '"-g:1"'],
    [`${A}:0`, 37, `a number from 1 to ${GREATEST}`, '"0"'],
    [`${A}:9223372036854775807`, 37, `a number from 1 to ${GREATEST}`, '"9223372036854775807"'],
    [`${A}:1-9223372036854775807`, 39, `a number from 1 to ${GREATEST}`, '"9223372036854775807"'],
    [`${A}:${"a".repeat(33)}:1`, 37, "a tag of at most 32 characters", `"${"a".repeat(33)}:1"`],
  ])("refuses %j", (text, position, expected, seen) => {
    const parse = () => GtidSet.parse(text);
    expect(parse).toThrow(MalformedGtidSetError);
    expect(parse).toThrow(
      new RegExp(
        `^${`malformed GTID set: expected ${expected} at position ${position}, seen ${seen}`.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&")}$`,
      ),
    );
  });
});
