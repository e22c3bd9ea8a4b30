import type { Change, ServerSide, TablePlan, World } from "../model.js";
import { tableOwner } from "../owners.js";
import type { Random } from "../random.js";
import { COLUMN_EDITS } from "./table-edits/columns.js";
import { CONSTRAINT_EDITS } from "./table-edits/constraints.js";
import { KEY_EDITS } from "./table-edits/keys.js";
import { PARTITION_EDITS } from "./table-edits/partitions.js";
import { WHOLE_TABLE_EDITS } from "./table-edits/whole-table.js";

/** A seed chooses by the place in this list. */
const EDITS = [...COLUMN_EDITS, ...KEY_EDITS, ...WHOLE_TABLE_EDITS, ...CONSTRAINT_EDITS, ...PARTITION_EDITS];

/** Changes of a table's definition that it allows; undefined for one that it does not. */
export function changeTable(random: Random, table: TablePlan, world: World, side: ServerSide): Change | undefined {
  const edit = random.pick(EDITS)(random, table, world);
  if (edit === undefined) return undefined;
  const { kind, statements, expected, changesShape, owners = [] } = edit;
  const reserves = { table, rows: changesShape === true ? ("table" as const) : [] };
  return { kind, side, statements, owners: [tableOwner(table), ...owners], expected, reserves };
}
