import { injectEmpty } from "@gtid-ferry/engine/errant";
import { GtidSet } from "@gtid-ferry/engine/gtid";
import { compareGtidSets, MysqlServer } from "@gtid-ferry/engine/mysql";
import { silent } from "@gtid-ferry/engine/operation";
import { ensureChannel } from "@gtid-ferry/engine/replication";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Pair, startPair } from "../../helpers/pair.js";

/** `FERRY_COMPARISONS=10000 npx vitest run ...` is the long run. */
const COMPARISONS = Number(process.env.FERRY_COMPARISONS ?? 400);
const WRITERS = 4;

let pair: Pair;
let source: MysqlServer;
let target: MysqlServer;

beforeAll(async () => {
  pair = await startPair("compare");
  await pair.source.rootQuery(
    "CREATE SCHEMA shop",
    "CREATE TABLE shop.item (id INT AUTO_INCREMENT PRIMARY KEY)",
    "GRANT TRANSACTION_GTID_TAG ON *.* TO ferry_admin@'%'",
  );
  await ensureChannel(pair.channel, silent);
  source = await MysqlServer.connect(pair.source.options, "source");
  target = await MysqlServer.connect(pair.target.options, "target");
});
afterAll(async () => {
  await Promise.all([source.close(), target.close()]);
  await pair.stop();
});

const onTarget = (...statements: string[]) =>
  pair.target.rootQuery("SET GLOBAL super_read_only = OFF", ...statements, "SET GLOBAL super_read_only = ON");
const empty = (gtid: string) => [`SET gtid_next = '${gtid}'`, "BEGIN", "COMMIT", "SET gtid_next = 'AUTOMATIC'"];
const uuidOf = async (which: "source" | "target") =>
  String((await pair[which].rootQuery("SELECT @@server_uuid AS uuid"))[0]?.uuid);

/** Ways in which a replica comes by a transaction of its own; each gives the GTID. */
const PLANTS: readonly (readonly [name: string, plant: () => Promise<string>])[] = [
  [
    "a write",
    async () => {
      await onTarget("CREATE SCHEMA stray");
      return `${await uuidOf("target")}:1`;
    },
  ],
  [
    "a FLUSH, although it is read-only",
    async () => {
      await pair.target.rootQuery("FLUSH PRIVILEGES");
      return `${await uuidOf("target")}:2`;
    },
  ],
  [
    "one under the source's own UUID",
    async () => {
      const gtid = `${await uuidOf("source")}:900000000`;
      await onTarget(...empty(gtid));
      return gtid;
    },
  ],
  [
    "one with a tag",
    async () => {
      const gtid = `${await uuidOf("target")}:stray:7`;
      await onTarget(...empty(gtid));
      return gtid;
    },
  ],
];

describe("comparing two servers while clients write", () => {
  it.each(PLANTS)(
    `raises no false alarm in ${COMPARISONS / PLANTS.length} comparisons, and then finds %s`,
    async (_name, plant) => {
      let writing = true;
      const writers = Array.from({ length: WRITERS }, async () => {
        const insert = Array.from({ length: 20 }, () => "INSERT INTO shop.item VALUES ()");
        while (writing) await pair.source.rootQuery(...insert);
      });
      try {
        const alarms: string[] = [];
        for (let count = 0; count < COMPARISONS / PLANTS.length; count += 1) {
          const { errant } = await compareGtidSets(source, target);
          if (errant !== "") alarms.push(errant);
        }
        expect(alarms).toEqual([]);
        const gtid = await plant();
        expect((await compareGtidSets(source, target)).errant).toBe(gtid);
        const member = { role: "source", connection: pair.source.options };
        await injectEmpty({ members: [member], gtids: GtidSet.parse(gtid), allowWrites: true }, silent);
      } finally {
        writing = false;
        await Promise.all(writers);
      }
    },
    600_000,
  );
});
