import { posix } from "node:path";
import type { Duplex } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { Client, type ConnectConfig, type ServerHostKeyAlgorithm, type SFTPWrapper } from "ssh2";
import { z } from "zod";
import { dialWithRetry } from "./dial.js";

const login = {
  host: z.string(),
  port: z.number(),
  user: z.string(),
  privateKey: z.string().optional(),
  privateKeyPassword: z.string().optional(),
  agentSocketPath: z.string().optional(),
  // The official plugin would trust whoever answers.
  hostKey: z.string(),
  dialErrorLimit: z.number(),
  perDialTimeout: z.number(),
};

/** The plugin's inputs, as far as the program gives them. */
export const connectionSchema = z.strictObject({ ...login, proxy: z.strictObject(login).optional() });
export type Connection = z.output<typeof connectionSchema>;
type Login = Omit<Connection, "proxy">;

/** A host that is logged in to, as the plugin does it. */
export class Remote {
  private constructor(private readonly clients: readonly [Client, ...Client[]]) {}

  static async with<T>(connection: Connection, work: (remote: Remote) => Promise<T>): Promise<T> {
    const remote = new Remote(await open(connection));
    try {
      return await work(remote);
    } finally {
      for (const client of remote.clients) client.end();
    }
  }

  async run(script: string, stdin = ""): Promise<{ stdout: string; stderr: string }> {
    const output = { stdout: "", stderr: "" };
    const status = await new Promise<number | null>((resolve, reject) => {
      this.clients[0].exec(script, (error, channel) => {
        if (error !== undefined) return reject(error);
        channel.on("data", (data: Buffer) => (output.stdout += data));
        channel.stderr.on("data", (data: Buffer) => (output.stderr += data));
        let code: number | null = null;
        channel.once("exit", (exit: number | null) => (code = exit));
        channel.once("close", () => resolve(code));
        channel.end(stdin);
      });
    });
    const { stdout, stderr } = output;
    if (status !== 0) {
      throw new Error(`Process exited with status ${status}: running ${JSON.stringify(script)}:\n${stdout}${stderr}`);
    }
    return { stdout: stdout.replace(/\n$/, ""), stderr: stderr.replace(/\n$/, "") };
  }

  /** Text assets: the folders are made where they are missing, which those of files are not. */
  async copy(text: string, path: string): Promise<void> {
    const sftp = await promisify(this.clients[0].sftp.bind(this.clients[0]))();
    await makeFolders(sftp, posix.dirname(path));
    await new Promise<void>((resolve, reject) => {
      sftp.writeFile(path, text, (error) => (error ? reject(error) : resolve()));
    });
  }
}

async function makeFolders(sftp: SFTPWrapper, folder: string): Promise<void> {
  const isThere = await new Promise<boolean>((resolve) => sftp.stat(folder, (error) => resolve(error === undefined)));
  if (isThere) return;
  await makeFolders(sftp, posix.dirname(folder));
  await new Promise<void>((resolve, reject) => sftp.mkdir(folder, (error) => (error ? reject(error) : resolve())));
}

/** The host's client first, the proxy's after it. */
async function open(connection: Connection): Promise<[Client, ...Client[]]> {
  const { proxy, dialErrorLimit: limit } = connection;
  const again = <T>(times: number, dial: () => Promise<T>) => dialWithRetry(times, dial, sleep);
  if (proxy === undefined) return [await again(limit, () => handshake(connection))];
  try {
    const first = await again(proxy.dialErrorLimit, () => handshake(proxy));
    const stream = await again(limit, () => forward(first, connection));
    return [await again(limit, () => handshake(connection, stream)), first];
  } catch (error) {
    throw new Error(`proxy: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function forward(first: Client, { host, port }: Login): Promise<Duplex> {
  return new Promise((resolve, reject) => {
    first.forwardOut("127.0.0.1", 0, host, port, (error, stream) =>
      error === undefined ? resolve(stream) : reject(error),
    );
  });
}

/**
 * Offers the type of the given key as the only algorithm for host keys (connection.go SShConfig: HostKeyAlgorithms), which
 * for RSA is the one with SHA-1; and takes no other key than the given one.
 */
function handshake(to: Login, stream?: Duplex): Promise<Client> {
  const [type = "", blob = ""] = to.hostKey.split(" ");
  if (blob === "") return Promise.reject(new Error("ssh: no key found"));
  const agent = to.agentSocketPath ?? process.env.SSH_AUTH_SOCK;
  const settings: ConnectConfig = {
    ...(stream === undefined ? { host: to.host, port: to.port } : { sock: stream }),
    username: to.user,
    ...(to.privateKey === undefined ? {} : { privateKey: to.privateKey }),
    ...(to.privateKeyPassword === undefined ? {} : { passphrase: to.privateKeyPassword }),
    ...(agent === undefined ? {} : { agent }),
    algorithms: { serverHostKey: [type as ServerHostKeyAlgorithm] },
    hostVerifier: (key: Buffer) => key.toString("base64") === blob,
    readyTimeout: to.perDialTimeout * 1000,
  };
  const client = new Client();
  return new Promise((resolve, reject) => {
    client.once("ready", () => resolve(client));
    client.on("error", (error) => {
      reject(new Error(inGo(error, type, to)));
      client.destroy();
    });
    client.connect(settings);
  });
}

/** What Go's SSH client (golang.org/x/crypto/ssh) says in such a case. */
function inGo(error: Error, type: string, { host, port }: Login): string {
  const { message } = error;
  if (/no matching .*host key/i.test(message)) {
    return `ssh: handshake failed: ssh: no common algorithm for host key; we offered: [${type}]`;
  }
  if (/host denied|verification failed/i.test(message)) return "ssh: handshake failed: ssh: host key mismatch";
  if (/ECONNREFUSED/.test(message)) return `dial tcp ${host}:${port}: connect: connection refused`;
  if (/authentication methods failed/.test(message)) return "ssh: handshake failed: ssh: unable to authenticate";
  return message;
}
