import { expect, it } from "vitest";
import { findRow, parseStatistics } from "../../../../engine/traffic/haproxy/statistics.js";

it("reads `show stat` by the names of its columns, after whatever else was answered", () => {
  const rows = parseStatistics(
    "\n\n# pxname,svname,slim,status,\nfe,FRONTEND,100,OPEN,\nbe,source,,MAINT (via x),\n\n",
  );
  expect(rows).toHaveLength(2);
  expect(findRow(rows, "be", "source")?.status).toBe("MAINT (via x)");
  expect(findRow(rows, "fe", "FRONTEND")?.slim).toBe("100");
  expect(findRow(rows, "fe", "source")).toBeUndefined();
});

it("keeps the columns in their places when a health check has said something with commas and quotes", () => {
  const [row] = parseStatistics('# pxname,svname,last_chk,status,\nbe,,"Access denied, user ""x""",UP,\n');
  expect(row).toMatchObject({ pxname: "be", svname: "", last_chk: 'Access denied, user "x"', status: "UP" });
});

it("finds nothing in what is no table", () => {
  expect(parseStatistics("Permission denied\n")).toEqual([]);
});
