import type { GtidSet } from "../gtid/index.js";
import type { ConnectionOptions, MysqlServer } from "../mysql/index.js";
import { listBinlogFiles, readPreviousGtids } from "./binlog-files.js";
import { boundedLines } from "./lines.js";
import { locateFiles } from "./locate.js";
import { type MysqlbinlogRequest, readWithMysqlbinlog } from "./mysqlbinlog.js";
import { type BinlogTransaction, DEFAULT_DECODE_LIMITS, type DecodeLimits } from "./transaction.js";
import { TransactionDecoder } from "./transaction-decoder.js";

export interface ReadOptions extends Pick<MysqlbinlogRequest, "program" | "timeoutSeconds"> {
  /** @default DEFAULT_DECODE_LIMITS */
  readonly limits?: DecodeLimits;
}

/** Longer values are cut. */
const LONGEST_LINE_BYTES = 4096;

/**
 * The transactions of a GTID set that a server's binary logs still hold, in their order there, one after the other: no
 * more than one is in memory, and of that only the first rows. Those that no file holds are simply not given.
 */
export async function* readTransactions(
  server: MysqlServer,
  connection: ConnectionOptions,
  gtids: GtidSet,
  options: ReadOptions = {},
): AsyncGenerator<BinlogTransaction> {
  const files = await listBinlogFiles(server);
  const parts = await locateFiles(files, gtids, (file) => readPreviousGtids(server, file));
  for (const part of parts) {
    const output = readWithMysqlbinlog({ ...options, connection, file: part.file, gtids: part.gtids });
    yield* decodeTransactions(output, part.file, part.gtids, options.limits);
  }
}

/** The wanted transactions in what mysqlbinlog printed for one file. */
export async function* decodeTransactions(
  output: AsyncIterable<Buffer>,
  file: string,
  gtids: GtidSet,
  limits: DecodeLimits = DEFAULT_DECODE_LIMITS,
): AsyncGenerator<BinlogTransaction> {
  const decoder = new TransactionDecoder(file, gtids, limits);
  for await (const lines of boundedLines(output, LONGEST_LINE_BYTES)) {
    for (const line of lines) {
      const ended = decoder.take(line);
      if (ended !== undefined) yield ended;
    }
  }
  const last = decoder.end();
  if (last !== undefined) yield last;
}
