import { describeChannel, describeLag, isReplicating } from "../channel/index.js";
import { addressOf } from "../mysql/index.js";
import {
  childrenOf,
  type MemberState,
  type ObservedTopology,
  presentTree,
  rootOf,
  type SeenMember,
  type Topology,
  type Tree,
} from "../topology/index.js";
import { columns } from "./columns.js";

const HEAD = ["SERVER", "ADDRESS", "VERSION", "ROLE", "STATE", "LAG"];

/** The servers as a tree, one line each; who has no place in it comes last. */
export function formatServers(observed: ObservedTopology, members: Topology["members"]): string[] {
  const present = presentTree(observed);
  const rows = inOrder(present).map(({ name, indent }) => row(observed.members[name], indent, observed, members));
  const others = Object.values(observed.members).filter(({ name }) => present[name] === undefined);
  return columns([HEAD, ...rows, ...others.map((member) => row(member, "", observed, members))]);
}

function inOrder(tree: Tree): { name: string; indent: string }[] {
  const root = rootOf(tree);
  const below = (source: string, prefix: string): { name: string; indent: string }[] =>
    childrenOf(tree, source).flatMap((name, index, all) => {
      const isLast = index === all.length - 1;
      return [
        { name, indent: `${prefix}${isLast ? "└─ " : "├─ "}` },
        ...below(name, `${prefix}${isLast ? "   " : "│  "}`),
      ];
    });
  return root === undefined ? [] : [{ name: root, indent: "" }, ...below(root, "")];
}

function row(
  member: SeenMember | undefined,
  indent: string,
  observed: ObservedTopology,
  members: Topology["members"],
): string[] {
  if (member === undefined) return [];
  const end = members[member.name];
  const place = [`${indent}${member.name}`, end === undefined ? "" : addressOf(end.connection)];
  if (!member.reachable) return [...place, "", "unknown", `does not answer: ${member.seen}`];
  const isPrimary = member.name === observed.primary;
  return [...place, member.facts.version.text, roleOf(member, isPrimary), stateOf(member, isPrimary), lagOf(member)];
}

function roleOf({ semiSync, delaySeconds }: MemberState, isPrimary: boolean): string {
  const isSemiSync = isPrimary ? semiSync.isSourceEnabled : semiSync.isReplicaEnabled;
  return [
    isPrimary ? "primary" : "replica",
    ...(isSemiSync ? ["semi-sync"] : []),
    ...(delaySeconds > 0 ? [`delayed ${delaySeconds} s`] : []),
  ].join(", ");
}

function stateOf({ facts, channel }: MemberState, isPrimary: boolean): string {
  const access = facts.superReadOnly ? "super read-only" : facts.readOnly ? "read-only" : "writable";
  if (isPrimary && channel === undefined) return access;
  const isFine = channel !== undefined && isReplicating(channel);
  return `${access}, ${isFine ? "receives and applies" : describeChannel(channel)}`;
}

function lagOf({ lag }: MemberState): string {
  return lag === undefined ? "" : describeLag(lag);
}

/** The primary's GTID set, and how each other one differs from it. */
export function formatGtidSets({ members, primary }: ObservedTopology): string[] {
  const reachable = Object.values(members).filter((member) => member.reachable);
  return columns(
    reachable.map((member) => {
      const { name, facts, lag, errant } = member;
      if (name === primary || lag === undefined) return [name, facts.gtidExecuted || "none"];
      const differences = [
        ...(lag.missing === "" ? [] : [`without ${lag.missing}`]),
        ...(errant === undefined || errant === "" ? [] : [`and errant ${errant}`]),
      ];
      return [name, differences.length === 0 ? `as ${primary}` : `as ${primary} ${differences.join(" ")}`];
    }),
  );
}
