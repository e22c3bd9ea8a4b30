import { UNFENCE } from "../fence/index.js";
import type { Statement } from "../mysql/index.js";
import { checkOn, type Finding } from "../operation/index.js";
import { insertOwnEntry } from "../topology/index.js";
import { type Grounds, isFormerHere, isWritable, lostMembers } from "./grounds.js";
import { countUnseen, nextNumber, UNKNOWN_UUID } from "./next-entry.js";
import type { Step } from "./step.js";

/**
 * Only a fence of our own is lifted: one that somebody else put up has a reason that nobody here knows. And only where no
 * member that does not answer could have become the primary meanwhile.
 */
export function planUnfence(grounds: Grounds): { steps: Step[]; findings: Finding[]; entry: number | undefined } {
  const { main, entry, observed, without } = grounds;
  const { facts, label, name } = main;
  const nothing = { steps: [], findings: [], entry: undefined };
  if (isWritable(main)) return nothing;
  if (grounds.unfence === "restart" && !main.isFencedByRestart) return nothing;
  const check = checkOn(label, "primary-writable", "a primary that accepts writes");
  if (entry === undefined && !main.autoUnfence.isDefined && !main.isFencedByRestart) {
    const seen = `it is read-only (super_read_only is ${onOff(facts.superReadOnly)}), and no failover, switchover or restart did that`;
    const fix =
      "find out who made it read-only; if it is the primary: SET GLOBAL super_read_only = OFF, read_only = OFF, then run again";
    return { ...nothing, findings: [check.blocker(seen, fix)] };
  }
  const rivals = rivalsOf(grounds);
  if (rivals.length > 0) {
    const seen = `it is read-only, and stays so while ${rivals.join(" and ")} might be the primary meanwhile`;
    const fix = `bring them back, or leave them out: \`ferry failover --confirm ${name} --without ${rivals.join(" ")}\``;
    return { ...nothing, findings: [check.blocker(seen, fix)] };
  }
  // Somebody left out may have become the primary by an entry that nobody else has; an entry of its own, with a number above
  // that one's, lets this server win when that one is back.
  const unseen = countUnseen(observed, without);
  const number = unseen > 0 ? nextNumber(entry, unseen) : undefined;
  const own = number === undefined ? [] : ownEntry(grounds, number);
  const [superReadOnly, readOnly] = UNFENCE;
  const [next = readOnly, ...rest] = [...own, readOnly];
  return {
    steps: [{ kind: "unfence", member: name, statements: [superReadOnly, next, ...rest] }],
    findings: [],
    entry: number,
  };
}

/**
 * Members that do not answer and may be the primary where nobody else could see it. None where the fail-safe runs, which is
 * about to lift the fence by itself, and none behind a switchover that was committed and not completed, as long as the former
 * primary answers: nobody could have been promoted beside it.
 */
function rivalsOf(grounds: Grounds): string[] {
  const { main, entry } = grounds;
  if (main.autoUnfence.threads.length > 0 || (entry?.probed === false && isFormerHere(grounds))) return [];
  return lostMembers(grounds).map(({ name }) => name);
}

function ownEntry({ journal, entry }: Grounds, number: number): Statement[] {
  const eventScheduler = entry?.eventScheduler ?? "ON";
  return [...journal, insertOwnEntry({ number, previousUuid: UNKNOWN_UUID, eventScheduler })];
}

function onOff(value: boolean): string {
  return value ? "ON" : "OFF";
}
