import type { Duplex } from "node:stream";
import { Client, type ConnectConfig, type ServerHostKeyAlgorithm } from "ssh2";
import { type FerryError, messageOf } from "../../operation/index.js";
import { ConnectionLostError } from "../connection-lost.js";
import { loginError } from "./connection-error.js";
import { credentialsOf } from "./credentials.js";
import { hostKeyCheck } from "./host-key-check.js";
import { DEFAULT_CONNECT_TIMEOUT_SECONDS, nameOf, portOf, type SshLogin, type SshOptions } from "./options.js";
import { withoutDelay } from "./without-delay.js";

/** A connection that has swallowed this many questions, asked at this interval, is dead. */
const KEEPALIVE_SECONDS = 5;
const KEEPALIVE_ATTEMPTS = 3;

/**
 * Logs in, through the bastion where there is one, and trusts no host whose key is not known. The client emits `close`
 * when the connection is gone, however that came; it needs no `error` listener. `end()` closes the bastion's connection
 * too. FerryErrors: wrong or unknown host key, refused user key, and ConnectionLostError where nobody answers.
 */
export async function openSsh(options: SshOptions): Promise<Client> {
  const { bastion } = options;
  if (bastion === undefined) return await logIn(options);
  const first = await logIn(bastion);
  try {
    withoutDelay(first);
    const stream = await forward(first, options, bastion);
    const client = await logIn(options, { stream, via: nameOf(bastion) });
    client.once("close", () => first.end());
    first.once("close", () => client.destroy());
    return client;
  } catch (error) {
    first.end();
    throw error;
  }
}

function logIn(login: SshLogin, through?: { readonly stream: Duplex; readonly via: string }): Promise<Client> {
  const check = hostKeyCheck(login);
  const credentials = credentialsOf(login);
  const client = new Client();
  let refused: FerryError | undefined;
  const settings: ConnectConfig = {
    ...(through === undefined ? { host: login.host, port: portOf(login) } : { sock: through.stream }),
    ...credentials,
    ...preferring(check.wantedTypes),
    hostVerifier: (key: Buffer) => {
      refused = check.judge(key);
      return refused === undefined;
    },
    readyTimeout: (login.connectTimeoutSeconds ?? DEFAULT_CONNECT_TIMEOUT_SECONDS) * 1000,
    keepaliveInterval: KEEPALIVE_SECONDS * 1000,
    keepaliveCountMax: KEEPALIVE_ATTEMPTS,
  };
  return new Promise((resolve, reject) => {
    const fail = (error: unknown) => {
      reject(refused ?? loginError(login, error, through?.via));
      client.destroy();
    };
    client.once("ready", () => resolve(client));
    // After the login nobody is left to be told; `close` follows each error.
    client.on("error", fail);
    client.once("close", () => fail(new Error("the host closed the connection during the login")));
    client.connect(settings);
  });
}

/** Asks first for a key of a type that is known, where the host has several; the others show that it was replaced. */
function preferring(types: readonly string[]): Pick<ConnectConfig, "algorithms"> {
  const isKnown = (algorithm: HostKeyAlgorithm) => types.includes(TYPE_OF[algorithm]);
  const all = Object.keys(TYPE_OF) as HostKeyAlgorithm[];
  return { algorithms: { serverHostKey: [...all.filter(isKnown), ...all.filter((other) => !isKnown(other))] } };
}

/** Key types by signature algorithm, best first. */
const TYPE_OF = {
  "ssh-ed25519": "ssh-ed25519",
  "ecdsa-sha2-nistp256": "ecdsa-sha2-nistp256",
  "ecdsa-sha2-nistp384": "ecdsa-sha2-nistp384",
  "ecdsa-sha2-nistp521": "ecdsa-sha2-nistp521",
  "rsa-sha2-512": "ssh-rsa",
  "rsa-sha2-256": "ssh-rsa",
} as const satisfies Partial<Record<ServerHostKeyAlgorithm, string>>;

type HostKeyAlgorithm = keyof typeof TYPE_OF;

function forward(bastion: Client, target: SshLogin, login: SshLogin): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    const fail = (seen: string, cause?: Error) =>
      reject(
        new ConnectionLostError(
          {
            failed: `connecting to ${target.host}:${portOf(target)}`,
            where: `the bastion ${nameOf(login)}`,
            seen,
            wanted: "a TCP connection from the bastion to the host",
            next: "check host and port as the bastion sees them, AllowTcpForwarding there, and the security groups",
          },
          { cause },
        ),
      );
    const gone = () => fail("the connection to the bastion is gone");
    bastion.once("close", gone);
    bastion.forwardOut("127.0.0.1", 0, target.host, portOf(target), (error, stream) => {
      bastion.off("close", gone);
      if (error === undefined) resolve(stream);
      else fail(messageOf(error), error);
    });
  });
}
