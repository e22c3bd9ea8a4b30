import { z } from "zod";
import { nameKey, showName } from "../../mysql/index.js";
import { SYSTEM_SCHEMAS } from "../../tables/index.js";
import type { Lane } from "../sessions.js";

const histogramRow = z.object({ schema: z.string(), table: z.string(), column: z.string() });

/** Histograms that only one server has, a line each: ANALYZE TABLE ... UPDATE HISTOGRAM with NO_WRITE_TO_BINLOG makes some. */
export async function compareHistograms({ primary, replica }: Lane, hidden: readonly string[]): Promise<string[]> {
  const read = async (server: Lane["primary"]) => {
    const rows = await server.query(
      `SELECT SCHEMA_NAME AS \`schema\`, TABLE_NAME AS \`table\`, COLUMN_NAME AS \`column\`
         FROM information_schema.COLUMN_STATISTICS WHERE SCHEMA_NAME NOT IN (?)`,
      [[...SYSTEM_SCHEMAS, ...hidden]],
      histogramRow,
    );
    const names = rows.map(({ schema, table, column }) => [schema, table, column]);
    return new Map(names.map((parts) => [nameKey(parts), parts]));
  };
  const [one, other] = [await read(primary), await read(replica)];
  const only = (here: typeof one, there: typeof one, label: string) =>
    [...here].flatMap(([key, parts]) => (there.has(key) ? [] : [`histogram of ${showName(parts)}: only on ${label}`]));
  return [...only(one, other, primary.label), ...only(other, one, replica.label)];
}
