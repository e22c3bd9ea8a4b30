import { z } from "zod";
import { errnoOf, type MysqlServer, statement } from "../../mysql/index.js";
import { quoteTable } from "../../tables/index.js";
import type { Attributes, Catalogue, DefinedObject } from "./catalogue.js";
import { objectKey, STATEMENT_OF_TABLE } from "./object-name.js";

const GONE = new Set([1049, 1051, 1146]);
/** A statement that only reads definitions can be chosen for it among those that change them. */
const DEADLOCK = 1213;
const DEADLOCK_TRIES = 5;
const STATEMENTS_PER_BATCH = 100;
const textRow = z.record(z.string(), z.string().nullable());

/** Views with their algorithm, which no table of the server tells. */
export async function readAlgorithms(server: MysqlServer, catalogue: Catalogue): Promise<DefinedObject[]> {
  const views = [...catalogue.values()].filter(({ kind }) => kind === "view");
  const texts = await showCreate(server, "View", views);
  return views.flatMap((view, index) => {
    const algorithm = /^CREATE ALGORITHM=(\w+) /.exec(texts[index] ?? "")?.[1];
    return algorithm === undefined ? [] : [{ ...view, attributes: { ...view.attributes, ALGORITHM: algorithm } }];
  });
}

/**
 * What CREATE TABLE says of tables, and no table of the server: AUTOEXTEND_SIZE, a general tablespace, a fulltext index's
 * parser, COLUMN_FORMAT and others. Two releases write the same table otherwise: then only those of fulltext indexes and
 * of engines other than InnoDB.
 */
export async function readTableStatements(
  server: MysqlServer,
  catalogue: Catalogue,
  isSameRelease: boolean,
): Promise<DefinedObject[]> {
  const objects = [...catalogue.values()];
  const fulltext = new Set(
    objects
      .filter(({ kind, attributes }) => kind === "index" && attributes["1.INDEX_TYPE"] === "FULLTEXT")
      .map(({ parts }) => objectKey({ kind: "table", parts: parts.slice(0, 2) })),
  );
  const tables = objects.filter(
    (object) =>
      object.kind === "table" &&
      (isSameRelease || fulltext.has(objectKey(object)) || object.attributes.ENGINE !== "InnoDB"),
  );
  const texts = await showCreate(server, "Table", tables);
  return tables.flatMap(({ parts }, index) => {
    const text = texts[index];
    return text === undefined ? [] : [{ kind: STATEMENT_OF_TABLE, parts, attributes: statementOf(text) }];
  });
}

/** The text of each, in order; undefined for what is gone. */
async function showCreate(
  server: MysqlServer,
  what: "View" | "Table",
  objects: readonly DefinedObject[],
): Promise<(string | undefined)[]> {
  const texts: (string | undefined)[] = [];
  for (let start = 0; start < objects.length; start += STATEMENTS_PER_BATCH) {
    const some = objects.slice(start, start + STATEMENTS_PER_BATCH).map((object) => statementFor(what, object));
    texts.push(...(await readTexts(server, some, `Create ${what}`)));
  }
  return texts;
}

function statementFor(what: "View" | "Table", { parts: [schema = "", table = ""] }: DefinedObject): string {
  return `SHOW CREATE ${what.toUpperCase()} ${quoteTable({ schema, table })}`;
}

/** At once, or where one of them is gone one by one. */
async function readTexts(
  server: MysqlServer,
  statements: readonly string[],
  column: string,
  tries = DEADLOCK_TRIES,
): Promise<(string | undefined)[]> {
  const [first, second, ...others] = statements.map((sql) => statement(sql));
  try {
    const results =
      first === undefined || second === undefined
        ? await Promise.all(statements.map((sql) => server.query(sql, [], textRow)))
        : await server.batch(first, second, ...others);
    return results.map(([row]) => textRow.parse(row)[column] ?? undefined);
  } catch (error) {
    const errno = errnoOf(error) ?? 0;
    if (errno === DEADLOCK && tries > 1) return readTexts(server, statements, column, tries - 1);
    if (!GONE.has(errno)) throw error;
    if (statements.length === 1) return [undefined];
    const texts: (string | undefined)[] = [];
    for (const sql of statements) texts.push(...(await readTexts(server, [sql], column)));
    return texts;
  }
}

function statementOf(text: string): Attributes {
  // The option stands behind the last bracket; a comment's text is quoted behind it.
  return { STATEMENT: text.replace(/(\n\)(?: \/\*!(?:(?!\*\/).)*\*\/)* ENGINE=\w+) AUTO_INCREMENT=\d+/, "$1") };
}
