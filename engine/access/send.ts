import { type IncomingHttpHeaders, request as plainRequest } from "node:http";
import { request as tlsRequest } from "node:https";
import { text } from "node:stream/consumers";

const ANSWER_MILLISECONDS = 15_000;
/** With which a standby of Vault names the active one. */
const REDIRECT = 307;
const MOST_REDIRECTS = 3;

export interface Message {
  readonly method: "GET" | "POST";
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** PEM of an authority to trust instead of the usual ones. */
  readonly ca?: string;
}

export interface Reply {
  readonly status: number;
  /** Empty where the answer is no JSON. */
  readonly body: unknown;
}

/** One question by HTTP, which fetch could not ask of a server whose certificate is of an authority of its own. */
export async function send(url: string, message: Message, redirects = 0): Promise<Reply> {
  const { headers, status, answer } = await exchange(url, message);
  if (status === REDIRECT && headers.location !== undefined && redirects < MOST_REDIRECTS) {
    const next = new URL(headers.location, url);
    // A token is for no ears in between.
    if (next.protocol === new URL(url).protocol) return send(next.href, message, redirects + 1);
  }
  const isJson = answer !== "" && headers["content-type"]?.startsWith("application/json") === true;
  // What is no Vault may answer anything.
  return { status, body: isJson ? JSON.parse(answer) : {} };
}

interface Exchange {
  readonly headers: IncomingHttpHeaders;
  readonly status: number;
  readonly answer: string;
}

function exchange(url: string, { method, headers, body, ca }: Message): Promise<Exchange> {
  const open = url.startsWith("https:") ? tlsRequest : plainRequest;
  return new Promise((resolve, reject) => {
    const options = {
      method,
      headers,
      signal: AbortSignal.timeout(ANSWER_MILLISECONDS),
      ...(ca === undefined ? {} : { ca }),
    };
    open(url, options, (response) => {
      const { statusCode = 0, headers: received } = response;
      text(response).then((answer) => resolve({ headers: received, status: statusCode, answer }), reject);
    })
      .once("error", reject)
      .end(body);
  });
}
