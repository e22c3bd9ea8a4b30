/** A name's parts from the outside in, e.g. schema and table. They are never joined, but by `showName` for people. */
export type NameParts = readonly string[];

/** Names one table. */
export interface TableName {
  readonly schema: string;
  readonly table: string;
}

/** A key for Maps, Sets and files: the same for equal names and for no others, whatever characters are in them. */
export function nameKey(parts: NameParts): string {
  return JSON.stringify(parts);
}

export function tableKey({ schema, table }: TableName): string {
  return nameKey([schema, table]);
}

/** What MySQL takes without quotes and a person reads as one word; a digit in front could be a number. */
const PLAIN_PART = /^[\p{L}_$][\p{L}\p{N}_$]*$/u;

/** A name for people, which `parseName` takes back to the same parts: `shop.orders`, `shop.` + "`x.y`". */
export function showName(parts: NameParts): string {
  return parts.map((part) => (PLAIN_PART.test(part) ? part : `\`${part.replaceAll("`", "``")}\``)).join(".");
}

export function showTable({ schema, table }: TableName): string {
  return showName([schema, table]);
}

const ONE_PART = /`((?:[^`]|``)+)`|([^`.]+)/y;

/** Reads `shop.orders` or "`shop.x`.`y`"; parts without backticks may hold anything but a point. Throws on what is neither. */
export function parseName(text: string): NameParts {
  const parts: string[] = [];
  const pattern = new RegExp(ONE_PART);
  for (let end = 0; ; end += 1) {
    pattern.lastIndex = end;
    const match = pattern.exec(text);
    if (match === null) throw new Error(`not a name: ${text}`);
    parts.push(match[1]?.replaceAll("``", "`") ?? match[2] ?? "");
    end = pattern.lastIndex;
    if (end === text.length) return parts;
    if (text[end] !== ".") throw new Error(`not a name: ${text}`);
  }
}
