/** Results go to stdout, what happens on the way to stderr. */
export const print = (line: string): void => void process.stdout.write(`${line}\n`);
export const printJson = (value: unknown): void => print(JSON.stringify(value, undefined, 2));
export const progress = (line: string): void => void process.stderr.write(`${line}\n`);
