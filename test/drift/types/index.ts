import type { TypeMaker } from "./column-type.js";
import { DOCUMENT_TYPES } from "./documents.js";
import { GEOMETRY_TYPES } from "./geometries.js";
import { NUMBER_TYPES } from "./numbers.js";
import { TEMPORAL_TYPES } from "./temporals.js";
import { TEXT_TYPES } from "./texts.js";

export { COLLATIONS } from "./collations.js";
export type { ColumnType, Reading, TypeMaker } from "./column-type.js";
export { DOCUMENT_PATHS } from "./documents.js";

/** A maker for every type that a column can have, by the name that information_schema gives it. */
export const COLUMN_TYPES: Readonly<Record<string, TypeMaker>> = {
  ...NUMBER_TYPES,
  ...TEMPORAL_TYPES,
  ...TEXT_TYPES,
  ...DOCUMENT_TYPES,
  ...GEOMETRY_TYPES,
};
