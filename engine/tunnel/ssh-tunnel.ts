import type { Duplex } from "node:stream";
import type { Client, ClientChannel } from "ssh2";
import { openSsh, type SshOptions, withoutDelay } from "../hosts/index.js";
import { FerryError, messageOf } from "../operation/index.js";
import { type Address, placeOf, type SshVia } from "./options.js";
import { SshStream } from "./ssh-stream.js";
import { type TunnelCode, TunnelError, tunnelLost } from "./tunnel-error.js";
import { withinDeadline } from "./within-deadline.js";

/** Asks the SSH server for a TCP connection to the server, over a login of its own. */
export async function openSshTunnel(via: SshVia, to: Address, timeoutSeconds: number): Promise<Duplex> {
  const { ssh } = via;
  const where = `ssh ${ssh.host}`;
  const deadline = Date.now() + timeoutSeconds * 1000;
  const expired = (step: string) => () => tooLate(where, `${step} took longer than ${timeoutSeconds} s`);
  const login = openSsh(withTimeout(ssh, timeoutSeconds));
  const client = await withinDeadline(login, deadline, expired("the login"), (late) => late.destroy());
  try {
    withoutDelay(client);
    const step = `the connection from there to ${placeOf(to)}`;
    const channel = await withinDeadline(forward(client, to, where), deadline, expired(step), (late) => late.close());
    return new SshStream(client, channel, placeOf(to, via), to.host);
  } catch (error) {
    client.destroy();
    // ssh2 throws at once where the connection has gone meanwhile.
    throw error instanceof FerryError ? error : tunnelLost(where, messageOf(error), error);
  }
}

/** No single login may take longer than the whole. */
function withTimeout(ssh: SshOptions, timeoutSeconds: number): SshOptions {
  const bounded = <T extends { readonly connectTimeoutSeconds?: number }>(login: T): T => ({
    ...login,
    connectTimeoutSeconds: Math.min(login.connectTimeoutSeconds ?? timeoutSeconds, timeoutSeconds),
  });
  return { ...bounded(ssh), ...(ssh.bastion === undefined ? {} : { bastion: bounded(ssh.bastion) }) };
}

/** What OpenSSH says of these: the protocol has one reason for every connection that fails. */
const CODES: Readonly<Record<string, TunnelCode>> = {
  "Connection refused": "ECONNREFUSED",
  "Connection timed out": "ETIMEDOUT",
  "No route to host": "EHOSTUNREACH",
};

function tunnelCodeOf(cause: Error | undefined): TunnelCode | undefined {
  const text = cause === undefined ? "" : messageOf(cause);
  return Object.entries(CODES).find(([saying]) => text.endsWith(saying))?.[1];
}

function forward(client: Client, to: Address, where: string): Promise<ClientChannel> {
  return new Promise((resolve, reject) => {
    const fail = (seen: string, cause?: Error) => {
      const code = tunnelCodeOf(cause);
      const problem = {
        failed: `connecting from there to ${placeOf(to)}`,
        where,
        seen,
        wanted: "a TCP connection from that host to the server",
        next: "check host and port as that host sees them, that mysqld runs, and AllowTcpForwarding of its sshd",
      };
      reject(new TunnelError(problem, { cause, ...(code === undefined ? {} : { code }) }));
    };
    const gone = () => fail("the SSH connection is gone");
    client.once("close", gone);
    client.forwardOut("127.0.0.1", 0, to.host, to.port, (error, channel) => {
      client.off("close", gone);
      if (error === undefined) resolve(channel);
      else fail(messageOf(error), error);
    });
  });
}

function tooLate(where: string, seen: string): TunnelError {
  return new TunnelError(
    {
      failed: "opening the tunnel",
      where,
      seen,
      wanted: "a connection to the server in time",
      next: "check routes, firewalls and security groups on the way, or allow more connectTimeoutSeconds",
    },
    { code: "ETIMEDOUT" },
  );
}
