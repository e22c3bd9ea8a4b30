import { checkOn, type Finding } from "../operation/index.js";
import type { Tree } from "./request.js";

/** What is wrong with a tree by itself, all at once; empty when every member has one way up to one root. */
export function checkShape(tree: Tree, names: readonly string[]): Finding[] {
  const known = new Set(names);
  const mentioned = new Set(
    Object.entries(tree).flatMap(([name, source]) => (source === null ? [name] : [name, source])),
  );
  const unknown = [...mentioned].filter((name) => !known.has(name));
  const placeless = names.filter((name) => tree[name] === undefined);
  const roots = Object.keys(tree).filter((name) => tree[name] === null);
  const circle = circleIn(tree);
  const on = (check: string, wanted: string) => checkOn("the desired topology", check, wanted);
  return [
    ...(unknown.length === 0
      ? []
      : [
          on("members", `names among ${names.join(", ")}`).blocker(
            `no such server: ${unknown.join(", ")}`,
            "correct the name",
          ),
        ]),
    ...(placeless.length === 0
      ? []
      : [
          on("sources", "a source for every replica").blocker(
            `${placeless.join(", ")} has no source`,
            "specify its source",
          ),
        ]),
    ...(roots.length === 1
      ? []
      : [
          on("primary", "one primary, which every other server follows, directly or not").blocker(
            roots.length === 0 ? "every server follows another" : `${roots.join(" and ")} follow no server`,
            "specify a source for each of the others",
          ),
        ]),
    ...(circle === undefined
      ? []
      : [
          on("circle", "a tree").blocker(
            `a circle: ${circle.join(" follows ")}`,
            "let one of them follow a server outside of the circle",
          ),
        ]),
  ];
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

/**
 * A tree as it is once the primary role has moved from its root to `primary`: whoever followed the root follows the new
 * primary, and so does the former one. The tree itself where its root has the role, or where `primary` has no place in it.
 */
export function treeFrom(tree: Tree, primary: string): Tree {
  const root = rootOf(tree);
  if (root === undefined || root === primary || tree[primary] === undefined) return tree;
  const moved = childrenOf(tree, root);
  return { ...tree, ...Object.fromEntries(moved.map((name) => [name, primary])), [root]: primary, [primary]: null };
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
