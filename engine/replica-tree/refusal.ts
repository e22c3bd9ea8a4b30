import { FerryError } from "../operation/index.js";
import type { TreeObstacle } from "./obstacles.js";

/** One error that names everything that stands against a change of the tree. */
export function refusal(obstacles: readonly TreeObstacle[]): FerryError {
  const join = (parts: readonly string[]) => [...new Set(parts)].join("; ");
  return new FerryError({
    failed: "changing the tree of replicas",
    where: join(obstacles.map(({ where }) => where)),
    seen: join(obstacles.map(({ where, seen }) => (obstacles.length > 1 ? `${where}: ${seen}` : seen))),
    wanted: join(obstacles.map(({ wanted }) => wanted)),
    next: join(obstacles.map(({ next }) => next)),
  });
}
