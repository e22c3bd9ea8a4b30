import type { MysqlServer } from "../mysql/index.js";
import type { KeyRange, KeyValue } from "../tables/index.js";
import type { ChunkSize } from "./chunk-size.js";
import { type KeyedTable, readBoundary } from "./digest.js";

/** Cuts a table into ranges of the wanted size, one ahead of those who read them, on a connection of its own. */
export class RangeCutter {
  private ahead: Promise<KeyRange | undefined>;

  constructor(
    private readonly server: MysqlServer,
    private readonly table: KeyedTable,
    private readonly size: ChunkSize,
    after: KeyValue | undefined,
  ) {
    this.ahead = this.cut({ upTo: after }, after === undefined);
  }

  /** The next range; undefined after the last. */
  next(): Promise<KeyRange | undefined> {
    const mine = this.ahead;
    this.ahead = mine.then((range) => this.cut(range));
    // Whoever takes it sees the error; after one, nobody may.
    this.ahead.catch(() => undefined);
    return mine;
  }

  private async cut(before: KeyRange | undefined, isFirst = false): Promise<KeyRange | undefined> {
    if (before === undefined || (before.upTo === undefined && !isFirst)) return undefined;
    const after = before.upTo;
    return { after, upTo: await readBoundary(this.server, this.table, after, this.size.rows) };
  }
}
