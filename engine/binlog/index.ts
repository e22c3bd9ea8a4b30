export { listBinlogFiles, readPreviousGtids } from "./binlog-files.js";
export { ColumnNames } from "./column-names.js";
export { type FilePart, locateFiles } from "./locate.js";
export { decodeTransactions, type ReadOptions, readTransactions } from "./read-transactions.js";
export {
  type BinlogTransaction,
  type Cell,
  DEFAULT_DECODE_LIMITS,
  type DecodeLimits,
  type RowChange,
  type TableChange,
} from "./transaction.js";
