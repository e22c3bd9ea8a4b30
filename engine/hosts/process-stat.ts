/** What /proc/PID/stat says of one process, as far as the engine needs it. */
export interface ProcessStat {
  /** One letter, e.g. `S`; `Z` is a process that has ended and waits for its parent. */
  readonly state: string;
  readonly startTicks: string;
  readonly threads: number;
}

/** Reads /proc/PID/stat; undefined when the text is not one. */
export function parseProcessStat(text: string): ProcessStat | undefined {
  // The second field is the program's name in parentheses and may hold blanks and parentheses itself.
  const fields = text
    .slice(text.lastIndexOf(")") + 1)
    .trim()
    .split(/\s+/);
  const state = fields[0];
  const threads = Number(fields[17]);
  const startTicks = fields[19];
  if (state === undefined || startTicks === undefined || !/^\d+$/.test(startTicks)) return undefined;
  return { state, startTicks, threads };
}
