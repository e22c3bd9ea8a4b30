import { z } from "zod";
import type { MysqlServer } from "../../mysql/index.js";

/** One look at an object that was not the same on both servers. */
export interface Look {
  /** What the primary had; undefined for nothing. */
  readonly defined: string | undefined;
  /** `countDefinitionStatements` of the primary right before and right after it was read. */
  readonly statementsBefore: number | undefined;
  readonly statementsAfter: number | undefined;
}

/** Looks in a row at which the primary had the same and the replica something else. */
const LOOKS = 3;
/** So many where others change definitions at every moment. */
export const LOOKS_UNDER_DDL = 12;

/**
 * Whether an object differs, by all looks at it since the primary had it otherwise. The replica is read a moment after the
 * primary, and may have later statements: an object that is dropped and made again all the time can be away from the
 * primary at look after look, and there on the replica each time. So nobody may have changed any definition around one of
 * the looks, or it takes more of them than chance gives.
 */
export function hasStood(looks: readonly Look[]): boolean {
  const isExact = looks.some(({ statementsBefore }, index) => {
    const next = looks[index + 1];
    return next !== undefined && statementsBefore !== undefined && statementsBefore === next.statementsAfter;
  });
  return looks.length >= (isExact ? LOOKS : LOOKS_UNDER_DDL);
}

const countRow = z.object({ value: z.coerce.number().nullable() });
const CHANGING = "^Com_(alter|create|drop|rename|truncate|grant|revoke|set_password|install|uninstall|analyze|import)";

/** How many statements that can change definitions or accounts a server has begun; undefined where it does not count. */
export async function countDefinitionStatements(server: MysqlServer): Promise<number | undefined> {
  const { value } = await server.queryOne(
    "SELECT SUM(VARIABLE_VALUE) AS value FROM performance_schema.global_status WHERE VARIABLE_NAME REGEXP ?",
    [CHANGING],
    countRow,
  );
  return value ?? undefined;
}
