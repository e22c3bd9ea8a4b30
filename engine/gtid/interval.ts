/** Transactions `start` to `end`, both included. */
export interface Interval {
  readonly start: bigint;
  readonly end: bigint;
}

/**
 * The functions below take and give lists that are ascending, without overlap and without adjacent intervals, and go
 * through each list once.
 */
export type Intervals = readonly Interval[];

/** Brings intervals in any order, overlapping or adjacent, into the form that all others expect. */
export function normalize(intervals: Interval[]): Intervals {
  const ascending = isAscending(intervals)
    ? intervals
    : intervals.sort((a, b) => (a.start < b.start ? -1 : a.start > b.start ? 1 : 0));
  const merged: Interval[] = [];
  for (const next of ascending) {
    const last = merged.at(-1);
    if (last === undefined || next.start > last.end + 1n) merged.push(next);
    else if (next.end > last.end) merged[merged.length - 1] = { start: last.start, end: next.end };
  }
  return merged;
}

export function unite(a: Intervals, b: Intervals): Intervals {
  const all: Interval[] = [];
  let i = 0;
  let j = 0;
  for (;;) {
    const [left, right] = [a[i], b[j]];
    if (left !== undefined && (right === undefined || left.start <= right.start)) {
      all.push(left);
      i += 1;
    } else if (right !== undefined) {
      all.push(right);
      j += 1;
    } else return normalize(all);
  }
}

export function subtract(minuend: Intervals, subtrahend: Intervals): Intervals {
  const rest: Interval[] = [];
  let j = 0;
  for (const { start, end } of minuend) {
    let from = start;
    for (;;) {
      const cut = subtrahend[j];
      if (cut === undefined || cut.start > end) break;
      if (cut.end >= from) {
        if (cut.start > from) rest.push({ start: from, end: cut.start - 1n });
        from = cut.end + 1n;
      }
      // A cut that reaches beyond this interval may cut the next one too.
      if (cut.end > end) break;
      j += 1;
    }
    if (from <= end) rest.push({ start: from, end });
  }
  return rest;
}

export function intersect(a: Intervals, b: Intervals): Intervals {
  const common: Interval[] = [];
  let i = 0;
  let j = 0;
  for (;;) {
    const [left, right] = [a[i], b[j]];
    if (left === undefined || right === undefined) return common;
    const start = left.start > right.start ? left.start : right.start;
    const end = left.end < right.end ? left.end : right.end;
    if (start <= end) common.push({ start, end });
    if (left.end < right.end) i += 1;
    else j += 1;
  }
}

export function countOf(intervals: Intervals): bigint {
  return intervals.reduce((count, { start, end }) => count + (end - start + 1n), 0n);
}

function isAscending(intervals: Intervals): boolean {
  return intervals.every(({ start }, index) => index === 0 || start >= (intervals[index - 1]?.start ?? start));
}
