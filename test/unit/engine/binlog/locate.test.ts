import fc from "fast-check";
import { expect, it } from "vitest";
import { locateFiles } from "../../../../engine/binlog/locate.js";
import { GtidSet } from "../../../../engine/gtid/index.js";

const A = "aaaaaaaa-0000-0000-0000-000000000000";
const B = "bbbbbbbb-0000-0000-0000-000000000000";

async function locate(previous: readonly string[], wanted: string) {
  const files = previous.map((_, index) => `binlog.${index}`);
  const read: string[] = [];
  const parts = await locateFiles(files, GtidSet.parse(wanted), async (file) => {
    read.push(file);
    return GtidSet.parse(previous[files.indexOf(file)] ?? "");
  });
  return { parts: parts.map(({ file, gtids }) => [file, gtids.toString()]), read };
}

it("gives each file its part; what is before the first is in none", async () => {
  const previous = [`${A}:1-10`, `${A}:1-20`, `${A}:1-20,${B}:1-5`, `${A}:1-30,${B}:1-5`];
  const { parts } = await locate(previous, `${A}:5:15:25,${B}:5:tag:1`);
  expect(parts).toEqual([
    ["binlog.0", `${A}:15`],
    ["binlog.1", `${B}:5`],
    ["binlog.2", `${A}:25`],
    ["binlog.3", `${B}:tag:1`],
  ]);
});

it("looks at few of many files", async () => {
  const previous = Array.from({ length: 1000 }, (_, index) => `${A}:1-${index * 10 + 1}`);
  const { parts, read } = await locate(previous, `${A}:7003`);
  expect(parts).toEqual([["binlog.700", `${A}:7003`]]);
  expect(read.length).toBeLessThanOrEqual(12);
});

it("has nothing without files, and nothing for an empty set", async () => {
  expect((await locate([], `${A}:1`)).parts).toEqual([]);
  expect((await locate([`${A}:1`], "")).parts).toEqual([]);
});

it("finds for any files what looking at each of them finds", async () => {
  const gains = fc.array(fc.nat(5), { minLength: 1, maxLength: 30 });
  await fc.assert(
    fc.asyncProperty(gains, fc.uniqueArray(fc.integer({ min: 1, max: 160 })), async (steps, numbers) => {
      const starts = steps.map((_, index) => steps.slice(0, index).reduce((sum, step) => sum + step, 1));
      const previous = starts.map((start) => `${A}:1-${start}`);
      const wanted = numbers.map((number) => `${A}:${number}`).join(",");
      const { parts } = await locate(previous, wanted);
      const expected = starts.flatMap((start, index) => {
        const end = starts[index + 1] ?? Number.POSITIVE_INFINITY;
        const own = numbers.filter((number) => number > start && number <= end);
        const set = GtidSet.parse(own.map((number) => `${A}:${number}`).join(","));
        return own.length === 0 ? [] : [[`binlog.${index}`, set.toString()]];
      });
      expect(parts).toEqual(expected);
    }),
  );
});
