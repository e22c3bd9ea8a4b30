/** Names one transaction of one worker of one run: unique, and in order of time within a worker. */
export interface Entry {
  readonly run: string;
  readonly worker: number;
  readonly sequence: number;
}

/** Fixed width, so that the text order is the order of time. */
export function formatEntry({ run, worker, sequence }: Entry): string {
  return `${run}-${String(worker).padStart(4, "0")}-${String(sequence).padStart(12, "0")}`;
}

export function parseEntry(text: string): Entry {
  const [, run, worker, sequence] = /^([0-9a-z]+)-(\d{4})-(\d{12})$/.exec(text) ?? [];
  if (run === undefined || worker === undefined || sequence === undefined) throw new Error(`not an entry: ${text}`);
  return { run, worker: Number(worker), sequence: Number(sequence) };
}
