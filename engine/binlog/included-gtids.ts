import type { GtidSet } from "../gtid/index.js";

/** Linux takes 128 KiB for one argument. */
const LONGEST_ARGUMENT = 100_000;

/**
 * A set as an argument for mysqlbinlog's `--include-gtids`. One that is too long is widened, for each UUID and tag, to
 * everything between its first and its last number.
 */
export function includedGtids(set: GtidSet, longest = LONGEST_ARGUMENT): string {
  const exact = set.toString().replaceAll("\n", "");
  if (exact.length <= longest) return exact;
  const hulls = new Map<string, { start: bigint; end: bigint }>();
  for (const { uuid, tag, start, end } of set.intervals()) {
    const key = tag === "" ? uuid : `${uuid}:${tag}`;
    hulls.set(key, { start: hulls.get(key)?.start ?? start, end });
  }
  return [...hulls].map(([key, { start, end }]) => `${key}:${start}-${end}`).join(",");
}
