import { alter, type Edit, type Maker, oneOf, part, quoted } from "./edit.js";

export const KEY_EDITS: readonly Maker[] = [
  (random, table) => {
    const order = random.pick(["", " DESC"]);
    const statements = alter(
      table,
      `ADD KEY \`new index\` (${quoted(table.tag)}${order}) ${random.pick(["", "INVISIBLE", "COMMENT 'x'"])}`,
    );
    return { kind: "index added", statements, expected: [part("index", table, "new index")] };
  },
  (random, table) => {
    const key = oneOf(
      random,
      table.keys.filter(({ isUnique }) => !isUnique),
    );
    if (key === undefined) return undefined;
    const [dropped, made] = [`DROP KEY ${quoted(key.name)}`, `ADD ${key.definition}`];
    return random.pick<Edit>([
      { kind: "index dropped", statements: alter(table, dropped), expected: [part("index", table, key.name)] },
      {
        kind: "index renamed",
        statements: alter(table, `RENAME KEY ${quoted(key.name)} TO \`new index\``),
        expected: [part("index", table, key.name), part("index", table, "new index")],
      },
      {
        kind: "index hidden",
        statements: alter(
          table,
          `ALTER INDEX ${quoted(key.name)} ${key.definition.includes("INVISIBLE") ? "VISIBLE" : "INVISIBLE"}`,
        ),
        expected: [part("index", table, key.name)],
      },
      {
        kind: "index comment",
        statements: alter(table, dropped, `${made} COMMENT 'changed'`),
        expected: [part("index", table, key.name)],
      },
      { kind: "index made again", statements: alter(table, dropped).concat(alter(table, made)), expected: [] },
    ]);
  },
  (random, table) => {
    const key = oneOf(
      random,
      table.keys.filter(({ isUnique, name }) => isUnique && name !== "PRIMARY"),
    );
    if (key === undefined || table.foreignKey !== undefined) return undefined;
    const statements = alter(table, `DROP KEY ${quoted(key.name)}`);
    return { kind: "unique key dropped", statements, expected: [part("index", table, key.name)], changesShape: true };
  },
  (random, table, { tables }) => {
    const isParent = tables.some(({ foreignKey }) => foreignKey !== undefined);
    if (isParent || !table.keys.some(({ name, definition }) => name === "PRIMARY" && definition !== ""))
      return undefined;
    if (table.columns.some(({ definition }) => definition.includes("AUTO_INCREMENT")) || !random.chance(0.5))
      return undefined;
    const statements = alter(table, "DROP PRIMARY KEY");
    return { kind: "primary key dropped", statements, expected: [part("index", table, "PRIMARY")], changesShape: true };
  },
];
