import { NATURAL_DIFFERENCES } from "../engine/verify/objects/by-nature.js";
import { OBJECT_KINDS } from "../engine/verify/objects/kinds.js";
import { NOT_COMPARED } from "../engine/verify/objects/not-compared.js";
import { ENCODINGS } from "../engine/verify/rows/row-hash.js";
import { markdownTable, withGeneratedPart } from "./generated-part.js";

/** Where the tables belong; the path is from the project's root. */
export const COMPARISON_DOCUMENT = "docs/reference/comparison.md";

const HOW: Readonly<Record<string, string>> = {
  printed: "the value as the server prints it",
  number: "the stored number; the list of members is compared as the column's definition",
  floating: "all bits, the sign of zero included",
  text: "all bytes and their number",
  hashed: "all bytes, by their SHA-224",
  bytes: "all bytes, the SRID included, by their SHA-224",
  json: "text and the type of every value in it (`JSON_TYPE`), by their SHA-224",
};

/** The document with its tables as the code has them now. */
export function withComparisonTables(document: string): string {
  return [
    ["types", types()],
    ["objects", objects()],
    ["natural differences", naturalDifferences()],
    ["not compared", notCompared()],
  ].reduce((text, [name = "", part = ""]) => withGeneratedPart(text, name, part), document);
}

function types(): string {
  const byHow = new Map<string, string[]>();
  for (const [type, encoding] of Object.entries(ENCODINGS)) {
    const how = HOW[encoding];
    if (how === undefined) throw new Error(`nobody says how a value is compared as ${encoding}`);
    byHow.set(how, [...(byHow.get(how) ?? []), type.toUpperCase()]);
  }
  return markdownTable(
    ["type", "what counts"],
    [...byHow].map(([how, names]) => [names.join(", "), how]),
  );
}

function objects(): string {
  const rows = OBJECT_KINDS.map(({ kind, from, where, notCompared: left }) => {
    const byReason = new Map<string, string[]>();
    for (const [column, why] of Object.entries(left)) {
      if (!/^(always|part of the name)/.test(why)) byReason.set(why, [...(byReason.get(why) ?? []), `\`${column}\``]);
    }
    return [
      kind,
      `\`${from}\`${where === undefined ? "" : ` where \`${where}\``}`,
      [...byReason].map(([why, columns]) => `${columns.join(", ")}: ${why}`).join("; "),
    ];
  });
  return markdownTable(["kind", "every column of", "but"], rows);
}

function naturalDifferences(): string {
  return markdownTable(
    ["kind", "which", "attribute", "reason"],
    NATURAL_DIFFERENCES.map(({ kind, what, attribute, reason }) => [
      kind,
      what,
      attribute === undefined ? "the object" : `\`${attribute}\``,
      reason,
    ]),
  );
}

function notCompared(): string {
  return markdownTable(
    ["table of the server's own", "reason"],
    Object.entries(NOT_COMPARED).map(([table, reason]) => [`\`${table}\``, reason]),
  );
}
