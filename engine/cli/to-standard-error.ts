import type { Progress } from "../operation/index.js";

/** Progress of a command, whose result alone goes to standard output. */
export const toStandardError: Progress = (line) => console.error(line);
