import { join } from "node:path";
import type { SshOptions } from "@gtid-ferry/engine/hosts";
import { type Progress, silent } from "@gtid-ferry/engine/operation";
import { ensureMysql } from "../toolchain/mysql.js";
import { ensureOpenssh } from "../toolchain/openssh.js";
import { LabMysqld, type MysqldSettings } from "./mysqld/index.js";
import { NetworkNamespace } from "./network-namespace.js";
import { LabSshd } from "./sshd/index.js";

export interface SourceHostOptions {
  /** Holds everything of the host: `mysqld`, `sshd` and the process that is its network. */
  readonly directory: string;
  /** Of mysqld, added to those of a legacy source. */
  readonly settings?: MysqldSettings;
  /** @default a free port */
  readonly port?: number;
  /** Interfaces of this machine behind which others must reach the host, e.g. that of a cluster's node. */
  readonly admit?: readonly string[];
  readonly progress?: Progress;
}

/** A host with an address of its own that runs sshd and mysqld. It sees the files of this machine. */
export interface SourceHost {
  readonly address: string;
  /** This machine, as seen from the host. */
  readonly gateway: string;
  readonly ssh: SshOptions;
  readonly sshd: LabSshd;
  readonly mysqld: LabMysqld;
  readonly network: NetworkNamespace;
  /** Ends everything; the data stay. */
  stop(): Promise<void>;
}

/** Starts a source that is reached over a network: mysqld by its address, commands by SSH only. Needs root. */
export async function startSourceHost(options: SourceHostOptions): Promise<SourceHost> {
  const { directory, settings, port, admit = [], progress = silent } = options;
  const [mysql, openssh] = await Promise.all([ensureMysql(progress), ensureOpenssh(progress)]);
  const network = await NetworkNamespace.open(join(directory, "network"));
  const { address, gateway, enter: prefix } = network;
  const started: { stop(): Promise<void> }[] = [{ stop: () => network.close() }];
  const stop = async () => {
    for (const part of started.splice(0).reverse()) await part.stop();
  };
  try {
    for (const name of admit) await network.admit(name);
    const sshd = await LabSshd.start(openssh, { directory: join(directory, "sshd"), address, port: 22, prefix });
    started.push(sshd);
    const place = {
      directory: join(directory, "mysqld"),
      address,
      prefix,
      ...(port === undefined ? {} : { port }),
      ...(settings === undefined ? {} : { settings }),
    };
    const mysqld = await LabMysqld.start(mysql, place, progress);
    started.push(mysqld);
    progress(`source host ${address}: MySQL ${mysql.version} on port ${mysqld.port}, sshd on port 22`);
    return { address, gateway, ssh: sshd.login, sshd, mysqld, network, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
