import { quoteString } from "../../mysql/index.js";
import { SELECT, TOTAL } from "../observe/bounded.js";

/** Queries for what an upgrade minds in schemas; each gives `what` by name, and how many there are. */

const notOfTheServer = (schema: string) =>
  `${schema} NOT IN ('information_schema', 'mysql', 'performance_schema', 'sys')`;
const list = (values: readonly string[]) => values.map(quoteString).join(", ");

function namesOf(table: string, schema: string, name: string, kind: string, within = ""): string {
  const path = within === "" ? `CONCAT(${schema}, '.', ${name})` : `CONCAT(${schema}, '.', ${within}, '.', ${name})`;
  return `SELECT DISTINCT CONCAT('${kind} ', ${path}) AS what, ${name} AS word
            FROM information_schema.${table} WHERE ${notOfTheServer(schema)}`;
}

/** Names that are one of the words. */
export function namedQuery(words: readonly string[]): string {
  const all = [
    `SELECT CONCAT('schema ', SCHEMA_NAME) AS what, SCHEMA_NAME AS word FROM information_schema.SCHEMATA`,
    namesOf("TABLES", "TABLE_SCHEMA", "TABLE_NAME", "table"),
    namesOf("COLUMNS", "TABLE_SCHEMA", "COLUMN_NAME", "column", "TABLE_NAME"),
    namesOf("STATISTICS", "TABLE_SCHEMA", "INDEX_NAME", "index", "TABLE_NAME"),
    namesOf("PARTITIONS", "TABLE_SCHEMA", "PARTITION_NAME", "partition", "TABLE_NAME"),
    namesOf("ROUTINES", "ROUTINE_SCHEMA", "ROUTINE_NAME", "routine"),
    namesOf("PARAMETERS", "SPECIFIC_SCHEMA", "PARAMETER_NAME", "parameter", "SPECIFIC_NAME"),
    namesOf("TRIGGERS", "TRIGGER_SCHEMA", "TRIGGER_NAME", "trigger"),
    namesOf("EVENTS", "EVENT_SCHEMA", "EVENT_NAME", "event"),
  ];
  return `${SELECT} ${TOTAL}, what FROM (${all.join(" UNION ALL ")}) AS names WHERE UPPER(word) IN (${list(words)})`;
}

/** Stored programs and views whose text has something that the pattern finds. */
export function bodiesQuery(pattern: string): string {
  const body = (table: string, schema: string, name: string, text: string, kind: string) =>
    `SELECT CONCAT('${kind} ', ${schema}, '.', ${name}) AS name, ${text} AS body
       FROM information_schema.${table} WHERE ${notOfTheServer(schema)}`;
  const all = [
    body("ROUTINES", "ROUTINE_SCHEMA", "ROUTINE_NAME", "ROUTINE_DEFINITION", "routine"),
    body("TRIGGERS", "TRIGGER_SCHEMA", "TRIGGER_NAME", "ACTION_STATEMENT", "trigger"),
    body("EVENTS", "EVENT_SCHEMA", "EVENT_NAME", "EVENT_DEFINITION", "event"),
    body("VIEWS", "TABLE_SCHEMA", "TABLE_NAME", "VIEW_DEFINITION", "view"),
  ];
  const quoted = quoteString(pattern);
  return `${SELECT} ${TOTAL}, CONCAT(name, ' has ', REGEXP_SUBSTR(body, ${quoted}, 1, 1, 'i')) AS what
            FROM (${all.join(" UNION ALL ")}) AS bodies WHERE REGEXP_LIKE(body, ${quoted}, 'i')`;
}

/** Names as they stand in SQL without quotes, blanks of any kind between their words. */
export function patternOf(names: readonly string[]): string {
  const alternatives = names.map((name) => name.replaceAll(" ", "\\s+")).join("|");
  return `(?<![\`\\w$])(${alternatives})(?![\`\\w$])`;
}

export function autoIncrementQuery(types: readonly string[]): string {
  return `${SELECT} ${TOTAL}, CONCAT(TABLE_SCHEMA, '.', TABLE_NAME, '.', COLUMN_NAME) AS what
            FROM information_schema.COLUMNS
           WHERE DATA_TYPE IN (${list(types)}) AND EXTRA LIKE '%auto_increment%' AND ${notOfTheServer("TABLE_SCHEMA")}`;
}

/** Tables partitioned by columns of which an index has only the beginning; no columns are those of the primary key. */
export function prefixPartitionsQuery(methods: readonly string[]): string {
  return `${SELECT} ${TOTAL}, CONCAT(p.TABLE_SCHEMA, '.', p.TABLE_NAME) AS what
            FROM (SELECT DISTINCT TABLE_SCHEMA, TABLE_NAME, PARTITION_METHOD, PARTITION_EXPRESSION,
                         SUBPARTITION_METHOD, SUBPARTITION_EXPRESSION
                    FROM information_schema.PARTITIONS
                   WHERE PARTITION_METHOD IN (${list(methods)}) OR SUBPARTITION_METHOD IN (${list(methods)})) AS p
           WHERE EXISTS (SELECT 1 FROM information_schema.STATISTICS AS s
                          WHERE s.TABLE_SCHEMA = p.TABLE_SCHEMA AND s.TABLE_NAME = p.TABLE_NAME
                            AND s.SUB_PART IS NOT NULL AND s.INDEX_TYPE = 'BTREE'
                            AND (LOCATE(CONCAT('\`', s.COLUMN_NAME, '\`'),
                                        CONCAT_WS(' ', p.PARTITION_EXPRESSION, p.SUBPARTITION_EXPRESSION)) > 0
                                 OR (s.INDEX_NAME = 'PRIMARY' AND COALESCE(p.PARTITION_EXPRESSION, '') = '')))`;
}

/** Foreign keys whose columns are not those of a whole unique key. */
export const LOOSE_FOREIGN_KEYS_QUERY = `${SELECT} ${TOTAL}, CONCAT(f.TABLE_SCHEMA, '.', f.TABLE_NAME, '.', f.CONSTRAINT_NAME) AS what
  FROM (SELECT TABLE_SCHEMA, TABLE_NAME, CONSTRAINT_NAME, REFERENCED_TABLE_SCHEMA, REFERENCED_TABLE_NAME,
               GROUP_CONCAT(LOWER(REFERENCED_COLUMN_NAME) ORDER BY ORDINAL_POSITION) AS cols
          FROM information_schema.KEY_COLUMN_USAGE WHERE REFERENCED_TABLE_NAME IS NOT NULL
         GROUP BY TABLE_SCHEMA, TABLE_NAME, CONSTRAINT_NAME, REFERENCED_TABLE_SCHEMA, REFERENCED_TABLE_NAME) AS f
  LEFT JOIN (SELECT DISTINCT TABLE_SCHEMA, TABLE_NAME, cols
               FROM (SELECT TABLE_SCHEMA, TABLE_NAME, INDEX_NAME,
                            GROUP_CONCAT(LOWER(COLUMN_NAME) ORDER BY SEQ_IN_INDEX) AS cols
                       FROM information_schema.STATISTICS WHERE NON_UNIQUE = 0 AND COLUMN_NAME IS NOT NULL
                      GROUP BY TABLE_SCHEMA, TABLE_NAME, INDEX_NAME) AS unique_keys) AS u
         ON u.TABLE_SCHEMA = f.REFERENCED_TABLE_SCHEMA AND u.TABLE_NAME = f.REFERENCED_TABLE_NAME AND u.cols = f.cols
 WHERE u.cols IS NULL`;

export const SPATIAL_INDEXES_QUERY = `${SELECT} ${TOTAL}, what
  FROM (SELECT DISTINCT CONCAT(TABLE_SCHEMA, '.', TABLE_NAME, '.', INDEX_NAME) AS what
          FROM information_schema.STATISTICS
         WHERE INDEX_TYPE = 'SPATIAL' AND ${notOfTheServer("TABLE_SCHEMA")}) AS spatial_indexes`;

/** Partitions bounded by dates that are written with other delimiters than `-` and `:`. */
export function delimitersQuery(types: readonly string[]): string {
  return `${SELECT} ${TOTAL}, CONCAT(p.TABLE_SCHEMA, '.', p.TABLE_NAME, ' partition ', p.PARTITION_NAME) AS what
            FROM information_schema.PARTITIONS AS p
           WHERE p.PARTITION_METHOD LIKE '%COLUMNS'
             AND REGEXP_LIKE(p.PARTITION_DESCRIPTION, '''[0-9]{2,4}[^-0-9''][0-9]{1,2}[^0-9''][0-9]{1,2}')
             AND EXISTS (SELECT 1 FROM information_schema.COLUMNS AS c
                          WHERE c.TABLE_SCHEMA = p.TABLE_SCHEMA AND c.TABLE_NAME = p.TABLE_NAME
                            AND c.DATA_TYPE IN (${list(types)})
                            AND LOCATE(CONCAT('\`', c.COLUMN_NAME, '\`'), p.PARTITION_EXPRESSION) > 0)`;
}

export const TRIGGERS_WITHOUT_DEFINER_QUERY = `${SELECT} ${TOTAL}, CONCAT(TRIGGER_SCHEMA, '.', TRIGGER_NAME) AS what
  FROM information_schema.TRIGGERS WHERE DEFINER = '' AND ${notOfTheServer("TRIGGER_SCHEMA")}`;

export function privilegesQuery(privileges: readonly string[]): string {
  return `${SELECT} ${TOTAL}, CONCAT(PRIV, ' of ', USER, '@', HOST) AS what
            FROM mysql.global_grants WHERE PRIV IN (${list(privileges)})`;
}

export function pluginsQuery(plugins: readonly string[]): string {
  return `${SELECT} ${TOTAL}, PLUGIN_NAME AS what
            FROM information_schema.PLUGINS WHERE PLUGIN_STATUS = 'ACTIVE' AND LOWER(PLUGIN_NAME) IN (${list(plugins)})`;
}
