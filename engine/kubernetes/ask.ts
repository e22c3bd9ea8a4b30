import { FerryError, inTime, messageOf } from "../operation/index.js";
import { apiStatusOf } from "./api-status.js";

const CALL_MILLISECONDS = 30_000;

/** What a call is about, for its error: a verb and a resource (`get pods`), on what, in which namespace. */
export interface Question {
  readonly what: string;
  readonly where: string;
  readonly namespace: string;
}

/** One call to the API in time; undefined where what it is about is not there. FerryErrors name a right that is missing. */
export async function askKubernetes<T>(
  { what, where, namespace }: Question,
  work: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await inTime(work(), CALL_MILLISECONDS, what, where);
  } catch (error) {
    if (error instanceof FerryError) throw error;
    const status = apiStatusOf(error);
    if (status === 404) return undefined;
    const isDenied = status === 401 || status === 403;
    throw new FerryError(
      {
        failed: `asking Kubernetes (${what})`,
        where,
        seen: status === undefined ? messageOf(error) : `the API answers ${status}${explanation(error)}`,
        wanted: isDenied ? `an account that may ${what} in namespace ${namespace}` : "an answer of the API",
        next: isDenied ? "give its role that right" : "check the kubeconfig and the network to the API server",
      },
      { cause: error },
    );
  }
}

/** Why, in the API's own words. */
export function explanation(error: unknown): string {
  if (typeof error !== "object" || error === null || !("body" in error) || typeof error.body !== "string") return "";
  const body = parseJson(error.body);
  if (typeof body !== "object" || body === null || !("message" in body)) return "";
  return typeof body.message === "string" ? `: ${body.message}` : "";
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // A proxy in between may answer in its own way.
    return undefined;
  }
}
