import type { Change, ServerSide, World } from "../model.js";
import { ownerKey } from "../owners.js";
import type { Random } from "../random.js";
import { changeAccount } from "./accounts.js";
import { changeProgram } from "./programs.js";
import { ROW_CHANGES, supplyOf } from "./rows.js";
import { changeSchema, changeServer } from "./server.js";
import { changeTable } from "./tables.js";

const TRIES = 40;

/**
 * `count` changes that do not undo each other: those of definitions have their objects for themselves. Those of accounts
 * come first, since what they grant has to be there.
 */
export function chooseChanges(random: Random, world: World, count: number): Change[] {
  const supplies = world.tables.map(supplyOf);
  const whole = new Set<string>();
  const inRows = new Set<string>();
  const changes: Change[] = [];
  for (let attempt = 0; attempt < TRIES && changes.length < count; attempt += 1) {
    const side: ServerSide = random.chance(0.7) ? "replica" : "primary";
    const ofRows = random.chance(0.55);
    const change = ofRows
      ? random.pick(ROW_CHANGES)(random, random.pick(supplies), side)
      : changeOthers(random, world, side);
    if (change === undefined || change.owners.some((owner) => whole.has(owner))) continue;
    if (!ofRows && change.owners.some((owner) => inRows.has(owner))) continue;
    for (const owner of change.owners) (ofRows ? inRows : whole).add(owner);
    changes.push(change);
  }
  const isOfAccount = ({ owners }: Change) =>
    owners.some((owner) => owner.startsWith(ownerKey("account").slice(0, -1)));
  return [...changes.filter(isOfAccount), ...changes.filter((change) => !isOfAccount(change))];
}

function changeOthers(random: Random, world: World, side: ServerSide): Change | undefined {
  const kind = random.below(20);
  if (kind < 10) return changeTable(random, random.pick(world.tables), world, side);
  if (kind < 14) return changeProgram(random, world, side);
  if (kind < 18) return changeAccount(random, world, side);
  return kind < 19 ? changeSchema(random, world, side) : changeServer(random, world, side);
}
