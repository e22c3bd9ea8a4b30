import { type AddressInfo, createServer } from "node:net";
import { Server, type SFTPWrapper, utils } from "ssh2";
import { afterAll, beforeAll } from "vitest";
import { dialWithRetry } from "../doubles/command-plugin/dial.js";
import { kindOf } from "../doubles/command-plugin/kinds.js";
import { makeSshKey } from "../helpers/ssh-key.js";
import { type Outcome, testContract } from "./contract.js";

const hostEd25519 = makeSshKey("ed25519");
const hostRsa = makeSshKey("rsa");
const user = makeSshKey("ed25519");

let server: Server;
let port: number;
let closedPort: number;
/** Of the server: what copies have made there. */
let made: string[] = [];

beforeAll(async () => {
  // Without ssh-rsa, as OpenSSH since 8.8 is by default; this server would offer it for an RSA key of its own.
  server = new Server({ hostKeys: [hostEd25519.secret] }, (client) => {
    client.on("error", () => undefined);
    client.on("authentication", (attempt) => {
      const isUser =
        attempt.method === "publickey" && `${attempt.key.algo} ${attempt.key.data.toString("base64")}` === user.shown;
      if (isUser) attempt.accept();
      else attempt.reject(["publickey"]);
    });
    client.on("session", (accept) => {
      const session = accept();
      session.on("exec", (acceptExec, _reject, { command }) => {
        const channel = acceptExec();
        channel.exit(command === "false" ? 1 : 0);
        channel.end();
      });
      session.on("sftp", (acceptSftp) => serveFiles(acceptSftp()));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  port = portOf(server.address());
  closedPort = await new Promise((resolve) => {
    const other = createServer().listen(0, "127.0.0.1", () => {
      const closed = portOf(other.address());
      other.close(() => resolve(closed));
    });
  });
});
afterAll(() => new Promise<void>((resolve) => server.close(() => resolve())));

function portOf(address: AddressInfo | string | null): number {
  if (typeof address !== "object" || address === null) throw new Error("the server does not listen on a port");
  return address.port;
}

/** As much of a server for files as a copy asks of one. */
function serveFiles(sftp: SFTPWrapper): void {
  const { STATUS_CODE } = utils.sftp;
  const ok = (id: number) => sftp.status(id, STATUS_CODE.OK);
  const paths: string[] = [];
  sftp.on("STAT", (id, path) => {
    const isThere = path === "/" || made.includes(`folder ${path}`);
    if (isThere) sftp.attrs(id, { mode: 0o40755, uid: 0, gid: 0, size: 0, atime: 0, mtime: 0 });
    else sftp.status(id, STATUS_CODE.NO_SUCH_FILE);
  });
  sftp.on("MKDIR", (id, path) => {
    made.push(`folder ${path}`);
    ok(id);
  });
  sftp.on("OPEN", (id, path) => {
    paths.push(path);
    sftp.handle(id, Buffer.from([paths.length - 1]));
  });
  sftp.on("WRITE", (id, handle, _offset, data) => {
    made.push(`${paths[handle[0] ?? 0]}: ${data.toString()}`);
    ok(id);
  });
  sftp.on("FSETSTAT", ok);
  sftp.on("CLOSE", ok);
}

const connection = (changes: object = {}) => ({
  host: "127.0.0.1",
  port,
  user: "ferry",
  privateKey: user.secret,
  hostKey: hostEd25519.shown,
  dialErrorLimit: 0,
  perDialTimeout: 15,
  ...changes,
});
const command = (changes: object = {}, inputs: object = {}) => ({
  connection: connection(changes),
  create: "true",
  addPreviousOutputInEnv: false,
  ...inputs,
});
const copy = (changes: object = {}) => ({
  connection: connection(),
  source: { text: "echo hello", hash: "1" },
  remotePath: "/work/scripts/hello.sh",
  ...changes,
});

async function outcome(work: () => Promise<unknown>): Promise<Outcome> {
  try {
    return { exitCode: 0, output: JSON.stringify(await work()) ?? "" };
  } catch (error) {
    return { exitCode: 1, output: String(error) };
  }
}
const create = (inputs: () => object) => () => outcome(() => kindOf("command:remote:Command").create(inputs()));
const wrong = (call: string, inputs: () => object, says: string | RegExp) => ({
  call,
  run: create(inputs),
  exitCode: 1,
  says,
});

/** The delays between dials that all fail. */
async function delays(limit: number): Promise<Outcome> {
  const slept: number[] = [];
  const sleep = async (milliseconds: number) => slept.push(Math.round(milliseconds));
  const refuse = () => Promise.reject(new Error("connect: connection refused"));
  const { output } = await outcome(() => dialWithRetry(limit, refuse, sleep));
  return { exitCode: 1, output: `${output}, slept ${slept.join(" ")}` };
}

const SOURCE = "pulumi-command v1.2.1 provider/pkg/provider/remote";

testContract({
  double: "Pulumi's command plugin",
  rules: [
    {
      rule: "the type of the given host key is the only algorithm that is offered, and no other key is taken",
      source: `${SOURCE}/connection.go SShConfig(); measured with OpenSSH 9.2`,
      wrong: [
        wrong(
          "an RSA key of a server that has no SHA-1",
          () => command({ hostKey: hostRsa.shown }),
          "ssh: no common algorithm for host key; we offered: [ssh-rsa]",
        ),
        wrong("another server's key", () => command({ hostKey: user.shown }), "ssh: host key mismatch"),
        wrong("a key without its type", () => command({ hostKey: "AAAA" }), "ssh: no key found"),
        wrong("a line of known_hosts", () => command({ hostKey: undefined }), "hostKey"),
      ],
    },
    {
      rule: "a login is refused as often as it is tried, with half as long again between the tries",
      source: `${SOURCE}/connection.go dialWithRetry(); pulumi/sdk/v3 go/common/util/retry`,
      wrong: [
        wrong("a closed port", () => command({ port: closedPort }), "after 0 failed attempts: dial tcp 127.0.0.1:"),
        wrong("another user's key", () => command({ privateKey: hostEd25519.secret }), "unable to authenticate"),
        {
          call: "two retries",
          run: () => delays(2),
          exitCode: 1,
          says: "after 2 failed attempts: connect: connection refused, slept 100 150",
        },
        {
          call: "the default of ten",
          run: () => delays(10),
          exitCode: 1,
          says: /after 10 failed attempts: .* slept 100 150 225 .* 3844$/,
        },
      ],
    },
    {
      rule: "a delete dials as well",
      source: `${SOURCE}/commandController.go Delete()`,
      wrong: [
        {
          call: "of a host that is gone",
          run: () =>
            outcome(() => kindOf("command:remote:Command").remove(command({ port: closedPort }, { delete: "true" }))),
          exitCode: 1,
          says: "connection refused",
        },
      ],
    },
    {
      rule: "inputs are its own",
      source: `${SOURCE}/command.go, copy.go`,
      wrong: [
        wrong("an input that it has not", () => command({}, { interpreter: ["bash"] }), "interpreter"),
        wrong("a connection with known_hosts", () => command({ knownHosts: "x" }), "knownHosts"),
        wrong(
          "the previous output in the environment, which a server of SSH refuses",
          () => command({}, { addPreviousOutputInEnv: true }),
          "addPreviousOutputInEnv",
        ),
        wrong(
          "a command that fails",
          () => command({}, { create: "false" }),
          'Process exited with status 1: running "false"',
        ),
        {
          call: "a copy of nothing",
          run: () => outcome(() => kindOf("command:remote:CopyToRemote").create(copy({ source: {} }))),
          exitCode: 1,
          says: "source",
        },
        {
          call: "a kind that it has not",
          run: () => outcome(async () => kindOf("command:remote:Shell")),
          exitCode: 1,
          says: "command:remote:Shell",
        },
      ],
    },
  ],
  right: [
    { call: "a command by the host's ed25519 key", run: create(() => command()), says: '{"stdout":"","stderr":""}' },
    {
      call: "a delete without a command, whatever became of the host",
      run: () => outcome(() => kindOf("command:remote:Command").remove(command({ port: closedPort }))),
    },
    {
      call: "a copy, for which it makes the folders",
      run: () =>
        outcome(async () => {
          made = [];
          await kindOf("command:remote:CopyToRemote").create(copy());
          return made;
        }),
      says: '["folder /work","folder /work/scripts","/work/scripts/hello.sh: echo hello"]',
    },
    {
      call: "another connection alone, which copies nothing",
      run: () =>
        outcome(() =>
          kindOf("command:remote:CopyToRemote").update(copy(), copy({ connection: connection({ port: closedPort }) })),
        ),
    },
  ],
});
