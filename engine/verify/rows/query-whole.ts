import { z } from "zod";
import { type MysqlServer, statement } from "../../mysql/index.js";

/** Deprecated syntax and character sets, and a list too long for index ranges: none changes an answer. */
const HARMLESS = new Set([1287, 1681, 3170, 3719, 3778]);

const warningRow = z.object({ Level: z.string(), Code: z.number(), Message: z.string() });
const countRow = z.object({ "@@session.warning_count": z.coerce.number() });

/** A server's answer that is not whole by its own words, e.g. because a value is longer than max_allowed_packet. */
export class DoubtfulAnswer extends Error {
  override readonly name = "DoubtfulAnswer";
}

/**
 * Rows of a SELECT, provided that the server has no doubt about any of them: a warning about a value, e.g. one that was
 * cut off, means that two rows may look the same which are not. Needs a session for batches.
 */
export async function queryWhole<Row>(server: MysqlServer, sql: string, row: z.ZodType<Row>): Promise<Row[]> {
  const [rows = [], [counted] = [], warnings = []] = await server.batch(
    statement(sql),
    statement("SHOW COUNT(*) WARNINGS"),
    statement("SHOW WARNINGS"),
  );
  const doubts = warnings.map((warning) => warningRow.parse(warning)).filter(({ Code }) => !HARMLESS.has(Code));
  const { "@@session.warning_count": count } = countRow.parse(counted);
  if (doubts.length > 0 || count > warnings.length) {
    const [first] = doubts;
    const said = first === undefined ? "that the server does not keep" : `${first.Code}: ${first.Message}`;
    throw new DoubtfulAnswer(`${server.label}: ${count} warnings, ${said}`);
  }
  return row.array().parse(rows);
}
