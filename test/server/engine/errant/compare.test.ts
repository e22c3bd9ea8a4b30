import { setTimeout as sleep } from "node:timers/promises";
import { compareGtidSets } from "@gtid-ferry/engine/errant";
import { MysqlServer } from "@gtid-ferry/engine/mysql";
import { silent } from "@gtid-ferry/engine/operation";
import { ensureChannel } from "@gtid-ferry/engine/replication";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Pair, startPair } from "../../helpers/pair.js";

let pair: Pair;

beforeAll(async () => {
  pair = await startPair("compare");
  await pair.source.rootQuery("CREATE SCHEMA shop", "CREATE TABLE shop.item (id INT AUTO_INCREMENT PRIMARY KEY)");
  await ensureChannel(pair.channel, silent);
});
afterAll(() => pair.stop());

const compare = () =>
  MysqlServer.with(pair.source.options, "source", (source) =>
    MysqlServer.with(pair.target.options, "target", (target) => compareGtidSets(source, target)),
  );

describe("compareGtidSets", () => {
  it("raises no false alarm in 300 comparisons while four clients write", async () => {
    let writing = true;
    const writers = Array.from({ length: 4 }, () =>
      MysqlServer.with(pair.source.options, "writer", async (writer) => {
        await writer.execute("SELECT 1");
        while (writing)
          await pair.source.rootQuery("INSERT INTO shop.item VALUES ()", "INSERT INTO shop.item VALUES ()");
      }),
    );
    const errants: string[] = [];
    for (let count = 0; count < 300; count += 1) errants.push((await compare()).errant);
    writing = false;
    await Promise.all(writers);
    expect(errants.filter((errant) => errant !== "")).toEqual([]);
  });

  it("finds an errant transaction while writes go on, and one under the source's own UUID", async () => {
    const [source] = await pair.source.rootQuery("SELECT @@server_uuid AS uuid");
    const [target] = await pair.target.rootQuery("SELECT @@server_uuid AS uuid");
    const lost = `${String(source?.uuid)}:900000`;
    await pair.target.rootQuery(
      "SET GLOBAL super_read_only = OFF",
      "CREATE SCHEMA stray",
      `SET gtid_next = '${lost}'`,
      "BEGIN",
      "COMMIT",
      "SET gtid_next = 'AUTOMATIC'",
      "SET GLOBAL super_read_only = ON",
    );
    await sleep(100);
    const { errant } = await compare();
    expect(errant.split(",").sort()).toEqual([`${String(target?.uuid)}:1`, lost].sort());
  });
});
