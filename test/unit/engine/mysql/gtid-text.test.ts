import { expect, it } from "vitest";
import { compactGtidSet } from "../../../../engine/mysql/index.js";

const A = "194b6e1a-e532-11f1-a3ef-02fc00000001";
const B = "294b6e1a-e532-11f1-a3ef-02fc00000001";

it.each([
  ["", ""],
  [`${A}:1-5`, `${A}:1-5`],
  [`${A}:1-5,\n${B}:7`, `${A}:1-5,${B}:7`],
  [` ${A}:1-5 ,\r\n\t${B}:1:3-4:tag:9 `, `${A}:1-5,${B}:1:3-4:tag:9`],
])("takes the white space out of %j", (text, compact) => expect(compactGtidSet(text)).toBe(compact));
