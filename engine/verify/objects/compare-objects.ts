import { type MysqlServer, nameKey } from "../../mysql/index.js";
import { awaitPosition } from "../position.js";
import type { Lane } from "../sessions.js";
import { hasStood, lookAgain, lookAtDefinitions, ROUNDS, type Standing, waitForNextLook } from "../standing.js";
import { privilegeOf, readKnownPrivileges } from "./accounts.js";
import { NATURAL_DIFFERENCES, type ServerPair } from "./by-nature.js";
import type { Attributes, Catalogue, DefinedObject } from "./catalogue.js";
import { OBJECT_KINDS } from "./kinds.js";
import { type ObjectName, objectKey, STATEMENT_OF_TABLE, showObject } from "./object-name.js";
import { ALL_GROUPS, commonColumns, groupOf, readCatalogue, readKnownColumns } from "./read-catalogue.js";

/** One attribute that is not the same on both; undefined where a server has none. */
export interface AttributeDifference {
  readonly attribute: string;
  readonly primary?: string;
  readonly replica?: string;
}

/** Something beside rows that is not the same on both servers. */
export interface ObjectDifference extends ObjectName {
  /** Seen from the replica; `undecided` where it was changed at every look. */
  readonly verdict: "missing" | "surplus" | "different" | "undecided";
  /** Of one that differs. */
  readonly attributes: readonly AttributeDifference[];
}

export interface ObjectComparison {
  readonly differences: readonly ObjectDifference[];
  /** What is worth knowing and no difference. */
  readonly notes: readonly string[];
}

const MEAN_WAIT_MILLISECONDS = 200;

interface Candidate {
  readonly difference: ObjectDifference;
  readonly standing: Standing;
}

/**
 * Compares everything that is no row: definitions, accounts and grants. What differs at the first look is looked at again
 * until it is the same, or stands still; objects that come and go meanwhile, such as short-lived accounts, are neither.
 */
export async function compareObjects(
  lane: Lane,
  servers: ServerPair,
  hidden: readonly string[],
): Promise<ObjectComparison> {
  const privileges = {
    primary: await readKnownPrivileges(lane.primary),
    replica: await readKnownPrivileges(lane.replica),
  };
  const columns = commonColumns(await readKnownColumns(lane.primary), await readKnownColumns(lane.replica));
  const notes = new Set<string>();
  const unseen = new Set<string>();
  let candidates: ReadonlyMap<string, Candidate> | undefined;
  const confirmed: ObjectDifference[] = [];
  for (let round = 0; round < ROUNDS && candidates?.size !== 0; round += 1) {
    if (round > 0) await waitForNextLook(MEAN_WAIT_MILLISECONDS);
    const groups = candidates && new Set([...candidates.values()].map(({ difference }) => groupOf(difference)));
    const request = { columns, hidden, groups: groups ?? ALL_GROUPS, isSameRelease: servers.isSameRelease };
    const read = (server: MysqlServer) => readCatalogue(server, request);
    const [onPrimary, around] = await lookAtDefinitions(lane.primary, () => read(lane.primary));
    await awaitPosition(lane);
    const onReplica = await read(lane.replica);
    if (candidates === undefined) {
      for (const { kind, hiddenWithout } of [...hiddenKinds(onPrimary), ...hiddenKinds(onReplica)]) {
        unseen.add(kind);
        notes.add(`${kind}s are not compared: the administrator does not see them without ${hiddenWithout}`);
      }
    }
    const next = new Map<string, Candidate>();
    for (const difference of differencesOf(onPrimary, onReplica, servers)) {
      const key = objectKey(difference);
      const before: Candidate | undefined = candidates?.get(key);
      if (unseen.has(difference.kind) || (candidates !== undefined && before === undefined)) continue;
      const known = withoutUnknownPrivileges(difference, privileges);
      for (const note of known.notes) notes.add(note);
      if (known.difference === undefined) continue;
      const standing = lookAgain(before?.standing, definitionOf(onPrimary.get(key)), around);
      if (hasStood(standing)) confirmed.push(known.difference);
      else next.set(key, { difference: known.difference, standing });
    }
    candidates = next;
  }
  const restless = [...(candidates ?? new Map<string, Candidate>()).values()];
  const undecided = restless.map(({ difference }) => ({ ...difference, verdict: "undecided" as const }));
  return {
    differences: withoutExplained([...confirmed, ...undecided]),
    notes: [...notes],
  };
}

/** Kinds that are parts of a table, which stands in their names. */
const PARTS_OF_TABLES = new Set(OBJECT_KINDS.filter(({ name }) => name[1] === "TABLE_NAME").map(({ kind }) => kind));

/** Without the statements of tables of which something else is named already. */
function withoutExplained(differences: readonly ObjectDifference[]): ObjectDifference[] {
  const tableOf = ({ parts }: ObjectName) => nameKey(parts.slice(0, 2));
  const named = new Set(differences.filter(({ kind }) => PARTS_OF_TABLES.has(kind)).map(tableOf));
  return differences.filter((one) => one.kind !== STATEMENT_OF_TABLE || !named.has(tableOf(one)));
}

/** Kinds of which every server has some, and this look has seen none. */
function hiddenKinds(catalogue: Catalogue) {
  const seen = new Set([...catalogue.values()].map(({ kind }) => kind));
  return OBJECT_KINDS.filter(({ kind, hiddenWithout }) => hiddenWithout !== undefined && !seen.has(kind));
}

/** What one of the two has and the other has not or has otherwise, but for what may differ by nature. */
export function differencesOf(primary: Catalogue, replica: Catalogue, servers: ServerPair): ObjectDifference[] {
  return [...new Set([...primary.keys(), ...replica.keys()])].flatMap((key): ObjectDifference[] => {
    const [one, other] = [primary.get(key), replica.get(key)];
    const object = one ?? other;
    if (object === undefined || isNatural(object, undefined, servers)) return [];
    const name = { kind: object.kind, parts: object.parts };
    if (other === undefined) return [{ ...name, verdict: "missing", attributes: [] }];
    if (one === undefined) return [{ ...name, verdict: "surplus", attributes: [] }];
    const attributes = attributeDifferences(one.attributes, other.attributes).filter(
      ({ attribute }) => !isNatural(object, attribute, servers),
    );
    return attributes.length === 0 ? [] : [{ ...name, verdict: "different", attributes }];
  });
}

function attributeDifferences(primary: Attributes, replica: Attributes): AttributeDifference[] {
  return [...new Set([...Object.keys(primary), ...Object.keys(replica)])].sort().flatMap((attribute) => {
    const [one, other] = [primary[attribute], replica[attribute]];
    if (one === other) return [];
    return [
      { attribute, ...(one === undefined ? {} : { primary: one }), ...(other === undefined ? {} : { replica: other }) },
    ];
  });
}

function isNatural({ kind, parts }: ObjectName, attribute: string | undefined, servers: ServerPair): boolean {
  return NATURAL_DIFFERENCES.some(
    (natural) => natural.kind === kind && natural.attribute === attribute && natural.isMeant(parts, servers),
  );
}

/**
 * Privileges that only one of the two servers knows are no difference: an upgrade grants those that its release brought
 * to accounts that had what they were split from, and the older server cannot.
 */
export function withoutUnknownPrivileges(
  difference: ObjectDifference,
  known: { readonly primary: ReadonlySet<string>; readonly replica: ReadonlySet<string> },
): { readonly difference: ObjectDifference | undefined; readonly notes: readonly string[] } {
  if (difference.kind !== "grants of" || difference.verdict !== "different") return { difference, notes: [] };
  const isUnknown = ({ attribute }: AttributeDifference) => {
    const privilege = privilegeOf(attribute);
    return known.primary.has(privilege) !== known.replica.has(privilege);
  };
  const left = difference.attributes.filter((attribute) => !isUnknown(attribute));
  const notes = difference.attributes
    .filter(isUnknown)
    .map(({ attribute }) => `${showObject(difference)}: ${attribute}: only one of the two releases has this privilege`);
  return { difference: left.length === 0 ? undefined : { ...difference, attributes: left }, notes };
}

function definitionOf(object: DefinedObject | undefined): string | undefined {
  return object && JSON.stringify(object.attributes);
}
