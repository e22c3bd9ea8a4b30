import type { MysqlServer } from "../../mysql/index.js";
import type { KeyRange, KeyValue } from "../../tables/index.js";
import { readBoundary } from "./boundaries.js";
import type { KeyedTable } from "./digest.js";

/** Parts of a range of at most `rows` rows each, as the server has them; together they are the whole range. */
export async function* splitRange(
  server: MysqlServer,
  table: KeyedTable,
  range: KeyRange & { readonly rows: number },
  rows: number,
): AsyncGenerator<KeyRange> {
  let after: KeyValue | undefined = range.after;
  for (let left = range.rows; left > rows; left -= rows) {
    const boundary = await readBoundary(server, table, { after, upTo: range.upTo }, rows);
    if (boundary === undefined) break;
    yield { after, upTo: boundary };
    after = boundary;
  }
  yield { after, upTo: range.upTo };
}
