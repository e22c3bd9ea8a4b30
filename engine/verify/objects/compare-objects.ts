import type { MysqlServer } from "../mysql/index.js";
import { type Catalogue, readCatalogue } from "./catalogue.js";
import { awaitPosition } from "./position.js";

/** Something beside rows that is not the same on both servers. */
export interface ObjectDifference {
  /** E.g. `trigger shop.price_log`, `grants of 'app'@'%'`. */
  readonly name: string;
  /** Undefined where it does not exist. */
  readonly source?: string;
  readonly target?: string;
}

const ROUNDS = 3;
/** Definitions can be long. */
const LONGEST_TEXT = 2_000;

/**
 * Compares schemas, tables' definitions, views, triggers, routines, events, accounts and grants. What differs because it
 * is being changed just now is looked at again.
 */
export async function compareObjects(
  source: MysqlServer,
  target: MysqlServer,
  hidden: readonly string[],
  lagTimeoutSeconds: number,
): Promise<ObjectDifference[]> {
  let differences: ObjectDifference[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const onSource = await readCatalogue(source, hidden);
    await awaitPosition(source, target, lagTimeoutSeconds);
    const onTarget = await readCatalogue(target, hidden);
    differences = differencesOf(onSource, onTarget);
    if (differences.length === 0) break;
  }
  return differences;
}

/** What one of the two has and the other has not or has otherwise, by name. */
export function differencesOf(source: Catalogue, target: Catalogue): ObjectDifference[] {
  const names = [...new Set([...source.keys(), ...target.keys()])].sort();
  return names.flatMap((name) => {
    const [before, after] = [source.get(name), target.get(name)];
    if (before === after) return [];
    return [
      {
        name,
        ...(before === undefined ? {} : { source: shortened(before) }),
        ...(after === undefined ? {} : { target: shortened(after) }),
      },
    ];
  });
}

function shortened(text: string): string {
  return text.length <= LONGEST_TEXT ? text : `${text.slice(0, LONGEST_TEXT)}...`;
}
