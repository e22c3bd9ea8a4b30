export {
  chooseKey,
  type KeyRange,
  type KeyValue,
  keyInsert,
  keySelect,
  keysCondition,
  keyText,
  orderBy,
  rangeCondition,
  showKey,
} from "./key-range.js";
export { SYSTEM_SCHEMAS } from "./system-schemas.js";
export {
  type Column,
  readTableShapes,
  type TableName,
  type TableShape,
  tableId,
  type UniqueKey,
} from "./table-shape.js";
