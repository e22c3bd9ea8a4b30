import { utils } from "ssh2";

export interface SshKey {
  /** OpenSSH's text, without a passphrase. */
  readonly secret: string;
  /** Type and key, without a comment, as in authorized_keys. */
  readonly shown: string;
}

/** A new key pair. One in some hundreds of ed25519 that ssh2 makes is one that it cannot read, so those are made again. */
export function makeSshKey(type: "ed25519" | "rsa"): SshKey {
  for (;;) {
    const { private: secret, public: shown } = utils.generateKeyPairSync(type, type === "rsa" ? { bits: 2048 } : {});
    if (!(utils.parseKey(secret) instanceof Error)) return { secret, shown: shown.split(" ").slice(0, 2).join(" ") };
  }
}
