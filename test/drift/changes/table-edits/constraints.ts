import { foreignKeyText } from "../../generate/table.js";
import type { Finding } from "../../model.js";
import { alter, type Edit, type Maker, oneOf, part, quoted } from "./edit.js";

export const CONSTRAINT_EDITS: readonly Maker[] = [
  (random, table) => {
    const name = oneOf(random, table.checks);
    if (name === undefined) return undefined;
    const check: Finding[] = [{ kind: "check constraint", parts: [table.schema, name] }];
    return random.pick<Edit>([
      { kind: "check dropped", statements: alter(table, `DROP CHECK ${quoted(name)}`), expected: [check] },
      {
        kind: "check not enforced",
        statements: alter(table, `ALTER CHECK ${quoted(name)} NOT ENFORCED`),
        expected: [part("constraint", table, name)],
      },
      {
        kind: "check changed",
        statements: [
          ...alter(table, `DROP CHECK ${quoted(name)}`),
          ...alter(table, `ADD CONSTRAINT ${quoted(name)} CHECK (${quoted(table.tag)} > -101)`),
        ],
        expected: [check],
      },
    ]);
  },
  (_random, table) => ({
    kind: "check added",
    statements: alter(table, `ADD CONSTRAINT \`new check\` CHECK (1 <> 2)`),
    expected: [[{ kind: "check constraint", parts: [table.schema, "new check"] }]],
  }),
  (random, table) => {
    const key = table.foreignKey;
    if (key === undefined) return undefined;
    const dropped = `DROP FOREIGN KEY ${quoted(key.name)}`;
    const made = `ADD ${foreignKeyText(random, key)}`;
    return random.pick<Edit>([
      {
        kind: "foreign key dropped",
        statements: alter(table, dropped),
        expected: [part("foreign key", table, key.name)],
      },
      { kind: "foreign key changed", statements: alter(table, dropped).concat(alter(table, made)), expected: [] },
    ]);
  },
];
