import { silent } from "@gtid-ferry/engine/operation";
import { ensureChannel } from "@gtid-ferry/engine/replication";
import { verifyData, verifyTables } from "@gtid-ferry/engine/verify";
import { awaitCatchUp } from "../../lab/catch-up.js";
import { startPair, verificationOf } from "../../test/server/helpers/pair.js";

/** Milliseconds for each of many tables of three rows: rows alone, and everything. */
export interface SmallTables {
  readonly tables: number;
  readonly rowsMillisecondsPerTable: number;
  readonly everythingMillisecondsPerTable: number;
}

const STATEMENTS_PER_SESSION = 500;

export async function measureSmallTables(tables: number): Promise<SmallTables> {
  const pair = await startPair("bench-small-tables");
  try {
    await ensureChannel(pair.channel, silent);
    await pair.source.rootQuery("CREATE SCHEMA shop");
    for (let start = 0; start < tables; start += STATEMENTS_PER_SESSION) {
      const some = Array.from(
        { length: Math.min(STATEMENTS_PER_SESSION, tables - start) },
        (_, index) => start + index,
      );
      await pair.source.rootQuery(
        ...some.flatMap((number) => [
          `CREATE TABLE shop.t${number} (id INT AUTO_INCREMENT PRIMARY KEY, v VARCHAR(20), KEY (v))`,
          `INSERT INTO shop.t${number} (v) VALUES ('a'), ('b'), ('c')`,
        ]),
      );
    }
    await awaitCatchUp(pair.source.options, pair.target.options);
    const timed = async (work: () => Promise<{ readonly equal: boolean }>) => {
      const start = performance.now();
      if (!(await work()).equal) throw new Error("the servers of the bench differ");
      return (performance.now() - start) / tables;
    };
    return {
      tables,
      rowsMillisecondsPerTable: await timed(() => verifyTables(verificationOf(pair), silent)),
      everythingMillisecondsPerTable: await timed(() => verifyData(verificationOf(pair), silent)),
    };
  } finally {
    await pair.stop();
  }
}
