import type { Tree } from "../replica-tree/index.js";

/** The tree in which a switchover begins: the next primary follows the present one directly. */
export function treeBefore(present: Tree, from: string, to: string): Tree {
  return { ...present, [to]: from };
}

/** The tree in which it ends: whoever followed the former primary directly follows the new one, and so does it itself. */
export function treeAfter(present: Tree, from: string, to: string): Tree {
  const moved = Object.keys(present).filter((name) => present[name] === from);
  return { ...present, ...Object.fromEntries(moved.map((name) => [name, to])), [from]: to, [to]: null };
}
