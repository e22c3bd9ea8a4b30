import { join } from "node:path";
import { queryAsRoot } from "../../lab/mysqld/index.js";
import type { TestStack } from "../../lab/test-stack.js";

/** Runs a statement as root on the target of a stack, by its socket, and gives its rows. */
export function queryTarget({ targetDirectory }: TestStack, statement: string): Promise<unknown> {
  return queryAsRoot(join(targetDirectory, "run", "mysqld.sock"), statement);
}
