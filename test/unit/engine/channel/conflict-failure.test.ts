import { describe, expect, it } from "vitest";
import { parseFailure } from "../../../../engine/channel/conflict-failure.js";

const GTID = "963ca9ea-e580-11f1-b75a-02fc00000001:64";

function worker(number: number, event: string, applying = "") {
  const message = `Worker 1 failed executing transaction '${GTID}' at source log binlog.000001, end_log_pos 27337720; ${event}`;
  return { number, message, applying };
}

const duplicate = (entry: string, key: string) =>
  `Could not execute Write_rows event on table shop.item; Duplicate entry '${entry}' for key '${key}', Error_code: 1062; handler error HA_ERR_FOUND_DUPP_KEY; the event's source log binlog.000001, end_log_pos 1018`;

describe("parseFailure", () => {
  it.each([
    ["item.PRIMARY", "PRIMARY"],
    ["PRIMARY", "PRIMARY"],
    ["item.e-mail's key", "e-mail's key"],
  ])("reads a duplicate under key %s", (key, name) => {
    expect(parseFailure([worker(1062, duplicate("it's for key 'x'", key))])).toMatchObject({
      number: 1062,
      gtid: GTID,
      table: { schema: "shop", table: "item" },
      kind: "insert",
      key: name,
    });
  });

  it.each([
    ["Update", "update"],
    ["Delete", "delete"],
  ])("reads a missing row of %s_rows", (event, kind) => {
    const text = `Could not execute ${event}_rows event on table shop.item; Can't find record in 'item', Error_code: 1032; handler error HA_ERR_KEY_NOT_FOUND; the event's source log binlog.000001, end_log_pos 9`;
    expect(parseFailure([worker(1032, text)])).toMatchObject({ kind, key: undefined, table: { table: "item" } });
  });

  it("takes the first worker's failure, not that of one which stopped after it", () => {
    const message = "The replica coordinator and worker threads are stopped";
    const workers = [
      { number: 0, message: "", applying: "" },
      { number: 1756, message, applying: "" },
      worker(1062, duplicate("1", "item.PRIMARY")),
    ];
    expect(parseFailure(workers)?.number).toBe(1062);
    expect(parseFailure(workers.slice(0, 2))?.number).toBe(1756);
  });

  it("finds the transaction where the message has none, tags included", () => {
    const applying = "963ca9ea-e580-11f1-b75a-02fc00000001:migration:7";
    expect(parseFailure([{ number: 1205, message: "Lock wait timeout exceeded", applying }])?.gtid).toBe(applying);
    expect(parseFailure([{ number: 1205, message: "Lock wait timeout exceeded", applying: "" }])?.gtid).toBeUndefined();
    const anonymous = { number: 1205, message: "failed executing transaction 'ANONYMOUS' at", applying: "" };
    expect(parseFailure([anonymous])?.gtid).toBeUndefined();
  });

  it("does not guess which part of a name with points is the schema", () => {
    const text = "Could not execute Delete_rows event on table a.b.c; Can't find record in 'c', Error_code: 1032;";
    expect(parseFailure([worker(1032, text)])?.table).toBeUndefined();
  });

  it("finds none when all run", () => {
    expect(parseFailure([{ number: 0, message: "", applying: GTID }])).toBeUndefined();
  });
});
