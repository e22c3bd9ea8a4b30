const NEWLINE = 10;

/**
 * Splits bytes into lines, of which no more than the first `limitBytes` bytes are kept: a value in a binary log may be
 * a gigabyte. Gives the lines of each chunk together. They are latin1 text, one character for each byte, since values
 * may be in any character set.
 */
export async function* boundedLines(chunks: AsyncIterable<Buffer>, limitBytes: number): AsyncGenerator<string[]> {
  let begun = "";
  for await (const chunk of chunks) {
    const lines: string[] = [];
    let from = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, from)) {
      lines.push(begun + chunk.toString("latin1", from, Math.min(end, from + limitBytes - begun.length)));
      begun = "";
      from = end + 1;
    }
    begun += chunk.toString("latin1", from, Math.min(chunk.length, from + limitBytes - begun.length));
    yield lines;
  }
  if (begun !== "") yield [begun];
}
