import { replicationCaution } from "../mysql/index.js";
import { checkOn, type Finding } from "../operation/index.js";
import type { MemberState } from "./member.js";
import { type ObservedTopology, presentTree, reachableMembers } from "./observe.js";
import type { Tree } from "./request.js";
import { ancestorsOf, childrenOf } from "./tree.js";

/** What a user should know of the wanted tree although nothing forbids it. */
export function checkConsequences(observed: ObservedTopology, desired: Tree): Finding[] {
  const members = reachableMembers(observed);
  const present = presentTree(observed);
  return [
    ...delayWarnings(members, present, desired),
    ...semiSyncWarnings(members, present, desired),
    ...versionWarnings(members, present, desired),
  ];
}

/** A server below one of a newer series stops at the first thing that it does not know. */
function versionWarnings(members: readonly MemberState[], present: Tree, desired: Tree): Finding[] {
  return members.flatMap(({ label, name, facts }) => {
    const source = members.find((member) => member.name === desired[name]);
    if (source === undefined || present[name] === desired[name]) return [];
    const caution = replicationCaution(source.facts.version, facts.version);
    if (caution === undefined) return [];
    return [
      checkOn(label, "version-path", "a source of the same series or an older one").warning(
        `it would follow ${source.name}: ${caution}`,
        "let it follow a server of its own series, or upgrade it",
      ),
    ];
  });
}

/** A delayed server delays everybody below it. */
function delayWarnings(members: readonly MemberState[], present: Tree, desired: Tree): Finding[] {
  const delays = new Map(members.map(({ name, delaySeconds }) => [name, delaySeconds]));
  const delayAbove = (tree: Tree, name: string) =>
    ancestorsOf(tree, name).reduce((sum, ancestor) => sum + (delays.get(ancestor) ?? 0), 0);
  return members
    .filter(({ name, delaySeconds }) => delaySeconds === 0 && delayAbove(desired, name) > delayAbove(present, name))
    .map(({ label, name }) => {
      const delayed = ancestorsOf(desired, name).filter((ancestor) => (delays.get(ancestor) ?? 0) > 0);
      const seen = `it would be ${delayAbove(desired, name)} s behind, because it would follow the delayed ${delayed.join(" and ")}`;
      return checkOn(label, "delay", "no delay").warning(seen, "let it follow a server that is not delayed");
    });
}

/** Commits wait for an acknowledgement until rpl_semi_sync_source_timeout, where nobody is left to give one. */
function semiSyncWarnings(members: readonly MemberState[], present: Tree, desired: Tree): Finding[] {
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
      const seen = `it commits semi-synchronously, and ${before.join(" and ")} would leave it: ${until} commits wait for rpl_semi_sync_source_timeout and go on without an acknowledgement`;
      return [
        checkOn(label, "semi-sync", "a replica that acknowledges").warning(seen, "let one of them stay below it"),
      ];
    });
}
