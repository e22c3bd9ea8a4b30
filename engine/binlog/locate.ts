import type { GtidSet } from "../gtid/index.js";

/** A binary log file and those of the wanted GTIDs that can only be in it. */
export interface FilePart {
  readonly file: string;
  readonly gtids: GtidSet;
}

/**
 * Which files hold the wanted GTIDs. Each file begins with the set of everything before it (`readPrevious`), so halves
 * in which that set gains none of the wanted ones are passed over: few files are looked at. GTIDs before the first file
 * are in none. The newest file may turn out not to have what is left for it: that was never in a binary log.
 */
export async function locateFiles(
  files: readonly string[],
  wanted: GtidSet,
  readPrevious: (file: string) => Promise<GtidSet>,
): Promise<FilePart[]> {
  const before = async (index: number): Promise<GtidSet> => {
    const file = files[index];
    return file === undefined ? wanted : wanted.intersect(await readPrevious(file));
  };
  const search = async (from: number, to: number, atStart: GtidSet, atEnd: GtidSet): Promise<FilePart[]> => {
    const file = files[from];
    const gtids = atEnd.subtract(atStart);
    if (file === undefined || gtids.isEmpty()) return [];
    if (to - from === 1) return [{ file, gtids }];
    const middle = Math.floor((from + to) / 2);
    const atMiddle = await before(middle);
    return [...(await search(from, middle, atStart, atMiddle)), ...(await search(middle, to, atMiddle, atEnd))];
  };
  return search(0, files.length, await before(0), wanted);
}
