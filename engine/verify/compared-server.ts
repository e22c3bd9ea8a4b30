/** One of the two servers of a comparison. */
export interface ComparedServer {
  /** How messages name it, e.g. `source`. */
  readonly name: string;
  readonly uuid: string;
}
