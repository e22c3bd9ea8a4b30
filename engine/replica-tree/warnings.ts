import { replicationCaution } from "../mysql/index.js";
import type { ObservedTree, PlacedMember } from "./observe.js";
import { presentTree } from "./present-tree.js";
import type { Tree } from "./request.js";
import { ancestorsOf, childrenOf } from "./tree-shape.js";

/** What a user should know of the wanted tree although nothing forbids it. */
export function treeWarnings(observed: ObservedTree, desired: Tree): string[] {
  const members = Object.values(observed.members).filter((member) => member.reachable);
  const present = presentTree(observed);
  return [
    ...delayWarnings(members, present, desired),
    ...semiSyncWarnings(members, present, desired),
    ...versionWarnings(members, present, desired),
  ];
}

/** A server below one of a newer series stops at the first thing that it does not know. */
function versionWarnings(members: readonly PlacedMember[], present: Tree, desired: Tree): string[] {
  return members.flatMap(({ label, name, facts }) => {
    const source = members.find((member) => member.name === desired[name]);
    if (source === undefined || present[name] === desired[name]) return [];
    const caution = replicationCaution(source.facts.version, facts.version);
    return caution === undefined ? [] : [`${label} would follow ${source.name}: ${caution}`];
  });
}

/** A delayed server delays everybody below it. */
function delayWarnings(members: readonly PlacedMember[], present: Tree, desired: Tree): string[] {
  const delays = new Map(members.map(({ name, delaySeconds }) => [name, delaySeconds]));
  const delayAbove = (tree: Tree, name: string) =>
    ancestorsOf(tree, name).reduce((sum, ancestor) => sum + (delays.get(ancestor) ?? 0), 0);
  return members
    .filter(({ name, delaySeconds }) => delaySeconds === 0 && delayAbove(desired, name) > delayAbove(present, name))
    .map(({ label, name }) => {
      const delayed = ancestorsOf(desired, name).filter((ancestor) => (delays.get(ancestor) ?? 0) > 0);
      return `${label} would be ${delayAbove(desired, name)} s behind, because it would follow the delayed ${delayed.join(" and ")}`;
    });
}

/** Commits wait for an acknowledgement until rpl_semi_sync_source_timeout, where nobody is left to give one. */
function semiSyncWarnings(members: readonly PlacedMember[], present: Tree, desired: Tree): string[] {
  const acknowledging = (tree: Tree, source: string) =>
    childrenOf(tree, source).filter((name) =>
      members.some((member) => member.name === name && member.semiSync.isReplicaEnabled),
    );
  return members
    .filter(({ semiSync }) => semiSync.isSourceEnabled)
    .flatMap(({ label, name }) => {
      const before = acknowledging(present, name);
      const after = acknowledging(desired, name);
      const staying = before.filter((replica) => after.includes(replica));
      if (before.length === 0 || staying.length > 0) return [];
      const until = after.length === 0 ? "from then on" : `until ${after.join(" or ")} follows it`;
      return [
        `${label} commits semi-synchronously, and ${before.join(" and ")} would leave it: ${until} commits wait for rpl_semi_sync_source_timeout and go on without an acknowledgement`,
      ];
    });
}
