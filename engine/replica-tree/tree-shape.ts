import type { Obstacle } from "../channel/index.js";
import type { Tree } from "./request.js";

/** What is wrong with a tree by itself, all at once; empty when every member has one way up to one root. */
export function shapeObstacles(tree: Tree, names: readonly string[]): Obstacle[] {
  const known = new Set(names);
  const mentioned = new Set(
    Object.entries(tree).flatMap(([name, source]) => (source === null ? [name] : [name, source])),
  );
  const unknown = [...mentioned].filter((name) => !known.has(name));
  const placeless = names.filter((name) => tree[name] === undefined);
  const roots = Object.keys(tree).filter((name) => tree[name] === null);
  const obstacles: Obstacle[] = [];
  const add = (seen: string, wanted: string, next: string) => obstacles.push({ seen, wanted, next });
  if (unknown.length > 0) {
    add(`no such server: ${unknown.join(", ")}`, `names among ${names.join(", ")}`, "correct the name");
  }
  if (placeless.length > 0) {
    add(`${placeless.join(", ")} has no place in the tree`, "a source for every replica", "say whom it shall follow");
  }
  if (roots.length !== 1) {
    const seen = roots.length === 0 ? "every server follows another" : `${roots.join(" and ")} follow nobody`;
    add(
      seen,
      "one primary, which every other server follows, directly or not",
      "say whom each of the others shall follow",
    );
  }
  const circle = circleIn(tree);
  if (circle !== undefined) {
    add(`a circle: ${circle.join(" follows ")}`, "a tree", "let one of them follow a server outside of the circle");
  }
  return obstacles;
}

/** Members that follow each other in a circle, the first one repeated at the end. */
function circleIn(tree: Tree): string[] | undefined {
  for (const start of Object.keys(tree)) {
    const path = [start];
    for (let next = tree[start]; typeof next === "string"; next = tree[next]) {
      if (next === start) return [...path, start];
      // A circle further up, which is found from one of its own members.
      if (path.includes(next)) break;
      path.push(next);
    }
  }
  return undefined;
}

export function rootOf(tree: Tree): string | undefined {
  return Object.keys(tree).find((name) => tree[name] === null);
}

export function childrenOf(tree: Tree, source: string): string[] {
  return Object.keys(tree).filter((name) => tree[name] === source);
}

/** From the root downwards, each level before the next one. */
export function breadthFirst(tree: Tree): string[] {
  const root = rootOf(tree);
  const order = root === undefined ? [] : [root];
  for (const name of order) order.push(...childrenOf(tree, name));
  return order;
}

/** The servers above a member, its source first. */
export function ancestorsOf(tree: Tree, name: string): string[] {
  const ancestors: string[] = [];
  for (let next = tree[name]; typeof next === "string" && !ancestors.includes(next); next = tree[next]) {
    ancestors.push(next);
  }
  return ancestors;
}

/**
 * The tree without some of its members: who followed one of them follows the next one above it. Where there is none, because
 * the root is left out, the present primary takes its place.
 */
export function treeWithout(tree: Tree, names: readonly string[], primary: string | undefined): Tree {
  const remains = (name: string) => !names.includes(name);
  const root = rootOf(tree);
  const head = root === undefined || remains(root) ? root : primary;
  return Object.fromEntries(
    Object.keys(tree)
      .filter(remains)
      .map((name) => [name, name === head ? null : (ancestorsOf(tree, name).find(remains) ?? head ?? null)]),
  );
}

/** For people, e.g. `a > b > c, a > d`: every way from the root to a leaf. */
export function describeTree(tree: Tree): string {
  const root = rootOf(tree);
  if (root === undefined) return "no tree";
  const paths: string[] = [];
  const walk = (name: string, path: readonly string[]): void => {
    const children = childrenOf(tree, name);
    if (children.length === 0) paths.push([...path, name].join(" > "));
    for (const child of children) walk(child, [...path, name]);
  };
  walk(root, []);
  return paths.join(", ");
}
