import { type ConnectConfig, utils } from "ssh2";
import { FerryError } from "../../operation/index.js";
import { nameOf, type SshLogin } from "./options.js";

/** Who logs in and by which key, as ssh2 takes it; a key that cannot be used is a FerryError. */
export function credentialsOf(
  login: SshLogin,
  environment: NodeJS.ProcessEnv = process.env,
): Pick<ConnectConfig, "username" | "privateKey" | "passphrase" | "agent"> {
  const { user: username, privateKey, passphrase } = login;
  if (privateKey !== undefined) {
    const key = utils.parseKey(privateKey, passphrase);
    if (key instanceof Error || !key.isPrivateKey()) {
      throw unusable(
        login,
        key instanceof Error ? `the private key cannot be read: ${key.message}` : "the key given is a public key",
        "give the private key in OpenSSH or PEM format, with its passphrase where it has one",
      );
    }
    return { username, privateKey, ...(passphrase === undefined ? {} : { passphrase }) };
  }
  const agent = login.agentSocket ?? environment.SSH_AUTH_SOCK;
  if (agent === undefined || agent === "") {
    throw unusable(
      login,
      "neither a private key nor an ssh-agent",
      "set privateKey, or agentSocket, or start ssh-agent",
    );
  }
  return { username, agent };
}

function unusable(login: SshLogin, seen: string, next: string): FerryError {
  return new FerryError({ failed: "logging in", where: nameOf(login), seen, wanted: "a key to log in with", next });
}
