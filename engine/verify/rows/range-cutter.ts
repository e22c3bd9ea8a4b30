import type { MysqlServer } from "../../mysql/index.js";
import type { KeyRange, KeyValue } from "../../tables/index.js";
import { Boundaries } from "./boundaries.js";
import type { ChunkSize } from "./chunk-size.js";
import type { KeyedTable } from "./digest.js";

/** Cuts a table into ranges of the wanted size, one ahead of those who read them, on a connection of its own. */
export class RangeCutter {
  private readonly boundaries: Boundaries;
  private ahead: Promise<KeyRange | undefined>;

  /** Begins after `after`, at the table's beginning where that is undefined. */
  constructor(
    server: MysqlServer,
    table: KeyedTable,
    private readonly size: ChunkSize,
    after: KeyValue | undefined,
  ) {
    this.boundaries = new Boundaries(server, table);
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
    return { after, upTo: await this.boundaries.next(after, this.size.rows) };
  }
}
