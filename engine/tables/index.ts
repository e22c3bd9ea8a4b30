export {
  chooseKey,
  type KeyRange,
  type KeyValue,
  keyInsert,
  keySelect,
  keysCondition,
  keyText,
  keyValue,
  orderBy,
  prefixCondition,
  rangeCondition,
  showKey,
} from "./key-range.js";
export { type ColumnStyle, fromRows, inRow, plain, quoteTable } from "./row-alias.js";
export { SYSTEM_SCHEMAS } from "./system-schemas.js";
export { type Column, isSameShape, readTableShapes, type TableShape, type UniqueKey } from "./table-shape.js";
