import type { ObjectName } from "./object-name.js";

/** What defines one object, each by its name; an attribute without a value (NULL) is left out. */
export type Attributes = Readonly<Record<string, string>>;

export interface DefinedObject extends ObjectName {
  readonly attributes: Attributes;
}

/** Objects of one server by `objectKey`. */
export type Catalogue = ReadonlyMap<string, DefinedObject>;
