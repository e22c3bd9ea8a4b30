import { expect, it } from "vitest";
import { parseValue } from "../../../../engine/binlog/parse-value.js";

const latin1 = (text: string) => Buffer.from(text, "utf8").toString("latin1");

it.each<[string, boolean, string | null]>([
  ["NULL /* JSON meta=4 nullable=1 is_null=1 */", false, null],
  ["'NULL' /* VARSTRING(80) meta=80 nullable=1 is_null=0 */", false, "NULL"],
  ["'' /* VARSTRING(80) meta=80 nullable=1 is_null=0 */", false, ""],
  ["''' /* VARSTRING(80) meta=80 nullable=1 is_null=0 */", false, "'"],
  ["-128 (128) /* TINYINT meta=0 nullable=1 is_null=0 */", false, "-128"],
  ["-128 (128) /* TINYINT meta=0 nullable=1 is_null=0 */", true, "128"],
  ["'-128 (128)' /* VARSTRING(80) meta=80 nullable=1 is_null=0 */", true, "-128 (128)"],
  ["-1.50 /* DECIMAL(10,2) meta=2562 nullable=1 is_null=0 */", false, "-1.50"],
  ["b'10101' /* BIT(5) meta=5 nullable=1 is_null=0 */", false, "b'10101'"],
  ['\'{"a": "x\\\\ny"}\' /* JSON meta=4 nullable=1 is_null=0 */', false, '{"a": "x\\ny"}'],
  ["JSON_REPLACE(@5, '$.a[0]', 3) /* JSON meta=4 nullable=1 is_null=0 */", false, "JSON_REPLACE(@5, '$.a[0]', 3)"],
  ["'\\x00\xffA' /* BLOB/TEXT meta=2 nullable=1 is_null=0 */", false, "0x00ff41"],
  [`'${latin1("Grüße 🚢")}' /* VARSTRING(80) meta=80 nullable=1 is_null=0 */`, false, "Grüße 🚢"],
  ["'cut in the mid", false, "cut in the mid ..."],
])("reads %s", (printed, isUnsigned, value) => {
  expect(parseValue(printed, isUnsigned)).toBe(value);
});
