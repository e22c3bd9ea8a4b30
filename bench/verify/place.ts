import { randomBytes } from "node:crypto";
import { awaitCatchUp } from "../../lab/catch-up.js";
import { CHANNEL, SAMPLE_SCHEMA } from "../../lab/defaults.js";
import { fillSample } from "../../lab/sample-database/index.js";
import { type SwitchoverPair, startSwitchoverPair } from "../../test/server/helpers/switchover-pair.js";

/** pt-table-checksum leaves a table without a key alone when its rows are too many for one chunk. */
const TABLES_LEFT_OUT = ["audit_log"];

/** Schema of pt-table-checksum's own tables. */
export const PERCONA_SCHEMA = "percona";

/** A source with the sample database and a replica that follows it, for all contestants. */
export interface Place {
  readonly pair: SwitchoverPair;
  /** Tables that are verified, e.g. `shop.orders`. */
  readonly tables: readonly string[];
  readonly tablesLeftOut: readonly string[];
  /** pt-table-checksum's account on both servers. */
  readonly checker: { readonly user: string; readonly password: string };
}

export async function preparePlace(mebibytes: number, progress: (line: string) => void): Promise<Place> {
  const pair = await startSwitchoverPair("bench-verify");
  try {
    await fillSample(pair.source.socket, { mebibytes }, progress);
    await admitStatements(pair);
    const checker = { user: "checker", password: randomBytes(12).toString("hex") };
    await pair.source.rootQuery(...checkerStatements(checker, pair.target.port));
    await catchUp(pair);
    const rows = await pair.source.rootQuery(
      `SELECT TABLE_NAME AS name FROM information_schema.TABLES
        WHERE TABLE_SCHEMA = '${SAMPLE_SCHEMA}' AND TABLE_TYPE = 'BASE TABLE' ORDER BY TABLE_NAME`,
    );
    const names = rows.map(({ name }) => String(name)).filter((name) => !TABLES_LEFT_OUT.includes(name));
    const inSchema = (name: string) => `${SAMPLE_SCHEMA}.${name}`;
    const tables = names.map(inSchema);
    // All contestants plan by the server's estimates, which come late after a filling.
    await pair.source.rootQuery(`ANALYZE NO_WRITE_TO_BINLOG TABLE ${tables.join(", ")}`);
    return { pair, tables, tablesLeftOut: TABLES_LEFT_OUT.map(inSchema), checker };
  } catch (error) {
    await pair.stop();
    throw error;
  }
}

/** Waits until the replica has everything; nobody may write. */
export async function catchUp({ source, target }: SwitchoverPair): Promise<void> {
  await awaitCatchUp(source.options, target.options);
}

/** pt-table-checksum replicates its statements as text, which the migration's channel refuses. */
async function admitStatements({ target }: SwitchoverPair): Promise<void> {
  await target.rootQuery(
    `STOP REPLICA FOR CHANNEL '${CHANNEL}'`,
    `CHANGE REPLICATION SOURCE TO GTID_ONLY = 0, REQUIRE_ROW_FORMAT = 0 FOR CHANNEL '${CHANNEL}'`,
    `START REPLICA FOR CHANNEL '${CHANNEL}'`,
  );
}

function checkerStatements({ user, password }: Place["checker"], replicaPort: number): string[] {
  return [
    `CREATE SCHEMA ${PERCONA_SCHEMA}`,
    `CREATE TABLE ${PERCONA_SCHEMA}.dsns (id INT AUTO_INCREMENT PRIMARY KEY, parent_id INT, dsn VARCHAR(255) NOT NULL)`,
    `INSERT INTO ${PERCONA_SCHEMA}.dsns (dsn) VALUES ('h=127.0.0.1,P=${replicaPort}')`,
    `CREATE USER ${user}@'%' IDENTIFIED WITH caching_sha2_password BY '${password}'`,
    `GRANT SELECT, PROCESS, REPLICATION CLIENT, REPLICATION SLAVE, SYSTEM_VARIABLES_ADMIN ON *.* TO ${user}@'%'`,
    `GRANT ALL ON ${PERCONA_SCHEMA}.* TO ${user}@'%'`,
  ];
}
