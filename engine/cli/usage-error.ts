/** Something about the command line, the environment or a file that the user has to change. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}
