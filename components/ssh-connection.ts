import {
  findKnownKeys,
  fingerprintOf,
  type HostKey,
  type HostOptions,
  knownHostsName,
  portOf,
  type SshLogin,
} from "@gtid-ferry/engine/hosts";
import type * as command from "@pulumi/command";
import { RunError } from "@pulumi/pulumi";

type Connection = Readonly<command.types.input.remote.ConnectionArgs>;

/** Each remote command dials that often again. The plugin's own 10 make a wrong key or a closed port cost 11 s or more. */
const DIAL_RETRIES = 2;

/**
 * How Pulumi's remote commands reach the host, for `what` that needs them. They speak SSH only and, told no host key,
 * would trust whoever answers: both are mistakes here, all of which are reported at once and without any value. `warn`
 * is told of a key that a recent server will not be checked by.
 */
export function sshConnection(what: string, host: HostOptions, warn: (line: string) => void): Connection {
  if (host.kind !== "ssh") {
    throw mistakesOf(what, [
      `host.kind: is ${host.kind}, and Pulumi's remote commands only speak ssh: set gtid-ferry:sourceTools to leave, and the scripts are sent with each backup`,
    ]);
  }
  const { bastion } = host;
  const hostKey = hostKeyOf(host);
  const bastionKey = bastion && hostKeyOf(bastion);
  const mistakes = [
    ...(hostKey === undefined ? [`host.knownHosts: ${wantedKey(host)}`] : []),
    ...(bastion !== undefined && bastionKey === undefined ? [`host.bastion.knownHosts: ${wantedKey(bastion)}`] : []),
  ];
  if (hostKey === undefined || mistakes.length > 0) throw mistakesOf(what, mistakes);
  if (isRsa(hostKey)) warn(`${what}: host.knownHosts: ${rsaOnly(host)}`);
  if (bastion !== undefined && isRsa(bastionKey)) warn(`${what}: host.bastion.knownHosts: ${rsaOnly(bastion)}`);
  return {
    ...loginOf(host, hostKey),
    ...(bastion === undefined || bastionKey === undefined ? {} : { proxy: loginOf(bastion, bastionKey) }),
  };
}

function loginOf(login: SshLogin, hostKey: string): Connection {
  const { host, user, privateKey, passphrase, agentSocket, connectTimeoutSeconds } = login;
  return {
    host,
    port: portOf(login),
    user,
    ...(privateKey === undefined ? {} : { privateKey }),
    ...(passphrase === undefined ? {} : { privateKeyPassword: passphrase }),
    ...(agentSocket === undefined ? {} : { agentSocketPath: agentSocket }),
    hostKey,
    dialErrorLimit: DIAL_RETRIES,
    ...(connectTimeoutSeconds === undefined ? {} : { perDialTimeout: Math.ceil(connectTimeoutSeconds) }),
  };
}

const RSA = "ssh-rsa";

/**
 * Only one key can be given, and the plugin offers its type as the only host key algorithm (pulumi-command,
 * provider/pkg/provider/remote/connection.go). For RSA that is the one with SHA-1, so it comes last.
 */
const KEY_TYPES: readonly string[] = [
  "ssh-ed25519",
  "ecdsa-sha2-nistp256",
  "ecdsa-sha2-nistp384",
  "ecdsa-sha2-nistp521",
  RSA,
];

/** One line of the form `TYPE BASE64`. */
function hostKeyOf(login: SshLogin): string | undefined {
  const { accepted } = findKnownKeys(login.knownHosts ?? "", login.host, portOf(login));
  const expected = login.hostKeyFingerprint?.trim().replace(/=+$/, "");
  const rank = ({ type }: HostKey) => (KEY_TYPES.includes(type) ? KEY_TYPES.indexOf(type) : KEY_TYPES.length);
  const [key] = accepted
    .filter(({ blob }) => expected === undefined || fingerprintOf(blob) === expected)
    .sort((one, other) => rank(one) - rank(other));
  return key && `${key.type} ${key.blob.toString("base64")}`;
}

function isRsa(hostKey: string | undefined): boolean {
  return hostKey?.startsWith(`${RSA} `) === true;
}

function rsaOnly(login: SshLogin): string {
  const name = knownHostsName(login.host, portOf(login));
  return `only an RSA key is known of ${name}; Pulumi's remote commands check it by ssh-rsa with SHA-1, which OpenSSH 8.8 and later does not offer ("no common algorithm for host key"): add the server's ed25519 or ECDSA key, as ssh-keyscan prints it, or set gtid-ferry:sourceTools to leave`;
}

function wantedKey(login: SshLogin): string {
  const line = `wanted a line with the key of ${knownHostsName(login.host, portOf(login))}, as ssh-keyscan prints it`;
  if (login.hostKeyFingerprint === undefined) return line;
  return `${line}; Pulumi's remote commands cannot check hostKeyFingerprint, to which that key has to belong`;
}

function mistakesOf(what: string, mistakes: readonly string[]): RunError {
  return new RunError(`${what} has ${mistakes.length} mistake(s)\n${mistakes.map((one) => `  ${one}`).join("\n")}`);
}
