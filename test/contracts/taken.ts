/** Name of the group of each double's right calls. */
export const TAKEN = "takes";
