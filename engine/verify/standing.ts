import { randomInt } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import type { MysqlServer } from "../mysql/index.js";
import { readPosition } from "./position.js";

/** What the primary had counted right before and right after it was looked at; undefined where it does not count. */
export interface Around {
  readonly before: string | undefined;
  readonly after: string | undefined;
}

/** Looks in a row at which the primary had the same of something and the replica had something else. */
export interface Standing {
  /** What the primary had; undefined for nothing. */
  readonly seen: string | undefined;
  readonly looks: number;
  /** Whether nothing was changed on the primary around one of the looks at the replica. */
  readonly isExact: boolean;
  readonly before: string | undefined;
}

const LOOKS = 3;
/** So many where something is changed at every moment. */
export const LOOKS_UNDER_CHANGE = 12;
/** How often something is looked at before it is given up as undecided. */
export const ROUNDS = LOOKS_UNDER_CHANGE + 2;
/** Nobody has counted around a first look that was not for this. */
export const NOT_COUNTED: Around = { before: undefined, after: undefined };

/** Waits before the next look, not as long each time, so that it is no multiple of what a writer does. */
export async function waitForNextLook(meanMilliseconds: number): Promise<void> {
  await sleep(randomInt(meanMilliseconds * 0.5, meanMilliseconds * 1.5));
}

/** One more look at what was not the same on both; begins anew where the primary has something else than before. */
export function lookAgain(last: Standing | undefined, seen: string | undefined, { before, after }: Around): Standing {
  if (last === undefined || last.seen !== seen) return { seen, looks: 1, isExact: false, before };
  const isExact = last.isExact || (last.before !== undefined && last.before === after);
  return { seen, looks: last.looks + 1, isExact, before };
}

/**
 * Whether something differs. The replica is read a moment after the primary, and may have later changes: what goes to and
 * fro, such as a flag or a routine that is made again all the time, can be one thing on the primary at look after look, and
 * the other on the replica each time. So nothing may have been changed around one of the looks, or it takes more of them
 * than chance gives.
 */
export function hasStood({ looks, isExact }: Standing): boolean {
  return looks >= (isExact ? LOOKS : LOOKS_UNDER_CHANGE);
}

/** Looks at the primary, and counts its transactions around that. */
export async function lookAtRows<T>(primary: MysqlServer, look: () => Promise<T>): Promise<readonly [T, Around]> {
  const before = await readPosition(primary);
  const found = await look();
  return [found, { before, after: await readPosition(primary) }];
}

/** Looks at the primary, and counts the statements around that which can change definitions or accounts. */
export async function lookAtDefinitions<T>(
  primary: MysqlServer,
  look: () => Promise<T>,
): Promise<readonly [T, Around]> {
  const before = await countDefinitionStatements(primary);
  const found = await look();
  return [found, { before, after: await countDefinitionStatements(primary) }];
}

const countRow = z.object({ value: z.coerce.string().nullable() });
const CHANGING = "^Com_(alter|create|drop|rename|truncate|grant|revoke|set_password|install|uninstall|analyze|import)";

/** How many of them the server has begun. */
async function countDefinitionStatements(server: MysqlServer): Promise<string | undefined> {
  const { value } = await server.queryOne(
    "SELECT SUM(VARIABLE_VALUE) AS value FROM performance_schema.global_status WHERE VARIABLE_NAME REGEXP ?",
    [CHANGING],
    countRow,
  );
  return value ?? undefined;
}
