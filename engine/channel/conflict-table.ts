import { z } from "zod";
import type { MysqlServer, TableName } from "../mysql/index.js";
import type { Column } from "../tables/index.js";

export interface ConflictColumn extends Column {
  /** Characters or bytes; null for what is neither. */
  readonly length: number | null;
  readonly isGenerated: boolean;
}

/** One table as the replica has it. */
export interface ConflictTable extends TableName {
  readonly columns: readonly ConflictColumn[];
  /** Unique keys of whole columns, by name. */
  readonly keys: ReadonlyMap<string, readonly ConflictColumn[]>;
  /** Whether a change by hand would do more than that. */
  readonly hasTriggers: boolean;
}

const columnRow = z.object({
  name: z.string(),
  type: z.string(),
  nullable: z.string().transform((value) => value === "YES"),
  length: z.coerce.number().nullable(),
  characterSet: z.string().nullable(),
  collation: z.string().nullable(),
  generated: z.coerce.number().transform((value) => value === 1),
});
const keyRow = z.object({ key: z.string(), column: z.string().nullable(), prefix: z.coerce.number().nullable() });
const countRow = z.object({ count: z.coerce.number() });

/** Undefined when there is no such table. */
export async function readConflictTable(
  server: MysqlServer,
  { schema, table }: TableName,
): Promise<ConflictTable | undefined> {
  const columns = await server.query(
    `SELECT COLUMN_NAME AS name, LOWER(DATA_TYPE) AS type, IS_NULLABLE AS nullable, CHARACTER_MAXIMUM_LENGTH AS length,
            CHARACTER_SET_NAME AS characterSet, COLLATION_NAME AS collation, GENERATION_EXPRESSION <> '' AS \`generated\`
       FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = ? AND TABLE_NAME = ? ORDER BY ORDINAL_POSITION`,
    [schema, table],
    columnRow,
  );
  if (columns.length === 0) return undefined;
  const own = columns.map(({ generated, ...column }) => ({ ...column, isGenerated: generated }));
  const parts = await server.query(
    `SELECT INDEX_NAME AS \`key\`, COLUMN_NAME AS \`column\`, SUB_PART AS prefix FROM information_schema.STATISTICS
      WHERE TABLE_SCHEMA = ? AND TABLE_NAME = ? AND NON_UNIQUE = 0 ORDER BY INDEX_NAME, SEQ_IN_INDEX`,
    [schema, table],
    keyRow,
  );
  const { count } = await server.queryOne(
    "SELECT COUNT(*) AS count FROM information_schema.TRIGGERS WHERE EVENT_OBJECT_SCHEMA = ? AND EVENT_OBJECT_TABLE = ?",
    [schema, table],
    countRow,
  );
  return { schema, table, columns: own, keys: wholeKeys(parts, own), hasTriggers: count > 0 };
}

function wholeKeys(
  parts: readonly z.infer<typeof keyRow>[],
  columns: readonly ConflictColumn[],
): ReadonlyMap<string, readonly ConflictColumn[]> {
  const names = [...new Set(parts.map(({ key }) => key))];
  return new Map(
    names.flatMap((name): [string, ConflictColumn[]][] => {
      const own = parts
        .filter(({ key }) => key === name)
        .map(({ column, prefix }) => (prefix === null ? columns.find((one) => one.name === column) : undefined));
      return own.every((column) => column !== undefined) ? [[name, own]] : [];
    }),
  );
}
