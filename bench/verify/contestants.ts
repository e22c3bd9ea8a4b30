import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseName } from "@gtid-ferry/engine/mysql";
import { silent } from "@gtid-ferry/engine/operation";
import { verifyTables } from "@gtid-ferry/engine/verify";
import { MysqlServer } from "../../engine/mysql/index.js";
import { fromRows, readTableShapes } from "../../engine/tables/index.js";
import { rowHash } from "../../engine/verify/rows/row-hash.js";
import { CHANNEL } from "../../lab/defaults.js";
import { runTool } from "../../toolchain/command.js";
import { parseChecksumOutput } from "./checksum-output.js";
import { PERCONA_SCHEMA, type Place } from "./place.js";

/** One verification of all tables. */
export interface Verified {
  readonly seconds: number;
  readonly rows: number;
  /** One line each; none when the servers are the same. */
  readonly differences: readonly string[];
}

export type Contestant = () => Promise<Verified>;

const TIMEOUT_SECONDS = 3600;

/** The product's own; `simultaneous`: both servers read at the same time, as on two machines. */
export function ours({ pair, tables }: Place, simultaneous: boolean): Contestant {
  return async () => {
    const start = performance.now();
    const { source, target } = pair;
    const request = {
      primary: { name: "source", connection: source.options },
      replica: { name: "target", connection: target.options },
      tables: tables.map(parseName),
      limits: { simultaneous },
    };
    const report = await verifyTables(request, silent);
    const seconds = (performance.now() - start) / 1000;
    const differing = report.tables.filter(
      ({ differences, undecided, problem }) => differences > 0 || undecided.length > 0 || problem !== undefined,
    );
    return { seconds, rows: report.rows, differences: differing.map((table) => JSON.stringify(table)) };
  };
}

/** The floor: each server hashes each table once with the same hash, in one statement. Proves nothing of moving data. */
export function bareScan({ pair, tables }: Place): Contestant {
  return async () => {
    const start = performance.now();
    let rows = 0;
    for (const { options } of [pair.source, pair.target]) {
      rows = await MysqlServer.with(options, "server", async (server) => {
        const shapes = await readTableShapes(server, []);
        const chosen = shapes.filter(({ schema, table }) => tables.includes(`${schema}.${table}`));
        for (const shape of chosen) {
          await server.execute(`SELECT COUNT(*), HEX(BIT_XOR(${rowHash(shape.columns)})) FROM ${fromRows(shape)}`);
        }
        return chosen.reduce((sum, shape) => sum + shape.rows, 0);
      });
    }
    return { seconds: (performance.now() - start) / 1000, rows, differences: [] };
  };
}
/** pt-table-checksum with its own defaults, as far as they work with this server. */
export async function perconaToolkit(
  tableChecksum: string,
  { pair, tables, checker }: Place,
  directory: string,
): Promise<Contestant> {
  const loginFile = join(directory, "checker.cnf");
  await writeFile(loginFile, `[client]\nuser = ${checker.user}\npassword = ${checker.password}\n`, { mode: 0o600 });
  const argv = [
    tableChecksum,
    "--config=/dev/null",
    `h=127.0.0.1,P=${pair.source.port},F=${loginFile},s=1`,
    `--tables=${tables.join(",")}`,
    `--channel=${CHANNEL}`,
    `--recursion-method=dsn=D=${PERCONA_SCHEMA},t=dsns`,
    `--replicate=${PERCONA_SCHEMA}.checksums`,
    // The replica's own format does not matter to a statement that arrives as text.
    "--no-check-binlog-format",
    // It reads row estimates from EXPLAIN, which newer servers show as a tree: every table would be one chunk.
    "--set-vars=explain_format=TRADITIONAL",
    "--fail-on-stopped-replication",
    "--no-version-check",
  ] as const;
  return async () => {
    const lines: string[] = [];
    const start = performance.now();
    const { exitCode, ended } = await runTool(argv, {
      timeoutSeconds: TIMEOUT_SECONDS,
      onLine: (line) => lines.push(line),
    });
    const seconds = (performance.now() - start) / 1000;
    const { tables: checked, rows, differences } = parseChecksumOutput(lines);
    const isComplete = exitCode === 0 || differences.length > 0;
    if (isComplete && checked.length === tables.length) return { seconds, rows, differences };
    throw new Error(`pt-table-checksum did not check every table, ${ended}:\n${lines.join("\n")}`);
  };
}
