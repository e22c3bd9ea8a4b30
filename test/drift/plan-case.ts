import { chooseChanges } from "./changes/choose.js";
import { makeWorld } from "./generate/world.js";
import { definitionClients } from "./load/definitions.js";
import { writeClients } from "./load/writes.js";
import type { Change, DriftCase, LoadPlan, World } from "./model.js";
import { Random } from "./random.js";

const QUIET: LoadPlan = { prepare: [], clients: [], altered: [] };

/** Case `number` of a seed, the same at every call. */
export function planCase(seed: string, number: number): DriftCase {
  const random = new Random(`${seed}/${number}`);
  const world = makeWorld(random.fork("world"));
  const changes = chooseChanges(random.fork("changes"), world, random.pick([0, 0, 1, 1, 2, 3]));
  const load = planLoad(random.fork("load"), world, changes);
  const limits = {
    chunkSeconds: random.pick([0.000_001, 0.000_001, 0.02]),
    concurrency: random.pick([1, 2]),
    simultaneous: random.chance(0.5),
  };
  const chosen = random.chance(0.15) ? chooseTables(random, world) : undefined;
  return { seed, number, world, changes, load, limits, ...(chosen === undefined ? {} : { chosen }) };
}

function planLoad(random: Random, world: World, changes: readonly Change[]): LoadPlan {
  if (random.chance(0.5)) return QUIET;
  if (random.chance(0.5))
    return { ...QUIET, clients: writeClients(random, world.tables, changes, random.between(1, 3)) };
  return definitionClients(random, world, changes);
}

/** By a schema's name or a table's own. */
function chooseTables(random: Random, { tables }: World) {
  const { schema, table } = random.pick(tables);
  return random.chance(0.5) ? [[schema]] : [[schema, table]];
}
