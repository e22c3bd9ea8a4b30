/** HTTP status of an error of the Kubernetes client; undefined for one that is no answer. */
export function apiStatusOf(error: unknown): number | undefined {
  if (typeof error !== "object" || error === null || !("code" in error)) return undefined;
  return typeof error.code === "number" ? error.code : undefined;
}
