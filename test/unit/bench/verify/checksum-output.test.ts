import { expect, test } from "vitest";
import { parseChecksumOutput } from "../../../../bench/verify/checksum-output.js";

const HEAD = [
  "Checking if all tables can be checksummed ...",
  "Starting checksum ...",
  "            TS ERRORS  DIFFS     ROWS  DIFF_ROWS  CHUNKS SKIPPED    TIME TABLE",
];

test("reads tables and rows", () => {
  const lines = [
    ...HEAD,
    "11-21T08:05:40      0      0     6600          0       4       0   0.355 shop.customers",
    "11-21T08:05:40      0      0      420          0       1       0  12.341 shop.documents",
  ];
  expect(parseChecksumOutput(lines)).toEqual({
    tables: ["shop.customers", "shop.documents"],
    rows: 7020,
    differences: [],
  });
});

test.each([
  ["errors", "11-21T08:05:40      1      0     6600          0       4       0   0.355 shop.customers"],
  ["differing chunks", "11-21T08:05:40      0      1     6600          3       4       0   0.355 shop.customers"],
  ["chunks left out", "11-21T08:05:40      0      0     6600          0       4       1   0.355 shop.customers"],
])("a table with %s counts as different", (_, line) => {
  expect(parseChecksumOutput([...HEAD, line]).differences).toEqual([line]);
});
