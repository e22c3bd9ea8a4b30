/** One word of a POSIX shell, whatever it holds; the shell then takes it literally. */
export function shellQuote(word: string): string {
  if (word.includes("\0")) throw new Error("a shell word cannot hold a NUL character");
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
