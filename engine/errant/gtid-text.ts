import type { GtidSet } from "../gtid/index.js";

/** The GTIDs of a set one by one, as `gtid_next` takes them. */
export function* eachGtid(set: GtidSet): Generator<string> {
  for (const { uuid, tag, start, end } of set.intervals()) {
    const prefix = tag === "" ? uuid : `${uuid}:${tag}`;
    for (let number = start; number <= end; number += 1n) yield `${prefix}:${number}`;
  }
}
