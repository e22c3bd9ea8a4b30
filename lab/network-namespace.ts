import { existsSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { networkInterfaces } from "node:os";
import { join } from "node:path";
import { FerryError } from "@gtid-ferry/engine/operation";
import { runTool } from "../toolchain/command.js";
import { forgetProcess, killProcess, type ProcessIdentity, startDetached, writeProcess } from "./process/index.js";

const MOST_NAMESPACES = 64;

/**
 * A network of its own, linked with this machine by a pair of interfaces: what runs inside is another host to everybody
 * outside. One process holds it; the kernel removes it, links and routes, with the last process inside.
 */
export class NetworkNamespace {
  private constructor(
    private readonly directory: string,
    private readonly holder: ProcessIdentity,
    /** This machine's end of the link. */
    readonly interfaceName: string,
    /** This machine, as seen from inside. */
    readonly gateway: string,
    /** What runs inside, as seen from everywhere. */
    readonly address: string,
  ) {}

  /** Holds its process record in `directory`. Needs root. */
  static async open(directory: string): Promise<NetworkNamespace> {
    await mkdir(directory, { recursive: true });
    const holder = await startDetached({
      argv: ["unshare", "--net", "sleep", "infinity"],
      workingDirectory: "/",
      logPath: join(directory, "namespace.log"),
    });
    writeProcess(directory, holder);
    try {
      const number = await linkWith(holder.pid);
      const { name, gateway, address } = addressesOf(number);
      const namespace = new NetworkNamespace(directory, holder, name, gateway, address);
      await namespace.configure();
      return namespace;
    } catch (error) {
      await killProcess(holder);
      forgetProcess(directory);
      throw error;
    }
  }

  /** Words before a command that is to run inside; the process id stays its own. */
  get enter(): readonly [string, ...string[]] {
    return ["nsenter", "--target", String(this.holder.pid), "--net", "--"];
  }

  /** Lets what comes in by an interface of this machine, e.g. from pods, through to the namespace. */
  async admit(interfaceName: string): Promise<void> {
    await writeFile(`/proc/sys/net/ipv4/conf/${interfaceName}/forwarding`, "1");
  }

  /** As when the cable is pulled, and plugged in again: nobody is told. */
  async setLink(state: "up" | "down"): Promise<void> {
    await must(["ip", "link", "set", this.interfaceName, state]);
  }

  /** Whatever still runs inside keeps its network, without the link. */
  async close(): Promise<void> {
    if (existsSync(`/sys/class/net/${this.interfaceName}`)) await must(["ip", "link", "delete", this.interfaceName]);
    await killProcess(this.holder);
    forgetProcess(this.directory);
  }

  private async configure(): Promise<void> {
    const { enter, interfaceName, gateway, address } = this;
    await must(["ip", "address", "add", `${gateway}/30`, "dev", interfaceName]);
    await must(["ip", "link", "set", interfaceName, "up"]);
    await must([...enter, "ip", "link", "set", "lo", "up"]);
    await must([...enter, "ip", "address", "add", `${address}/30`, "dev", "eth0"]);
    await must([...enter, "ip", "link", "set", "eth0", "up"]);
    await must([...enter, "ip", "route", "add", "default", "via", gateway]);
    await this.admit(interfaceName);
  }
}

function addressesOf(number: number) {
  return { name: `ferry-host${number}`, gateway: `10.216.${number}.1`, address: `10.216.${number}.2` };
}

/** The number of a link that nothing else uses. */
async function linkWith(pid: number): Promise<number> {
  await awaitNamespace(pid);
  for (let number = 0; number < MOST_NAMESPACES; number += 1) {
    const { name, gateway } = addressesOf(number);
    const own = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
    if (own.some(({ address }) => address === gateway) || existsSync(`/sys/class/net/${name}`)) continue;
    const peer = ["peer", "name", "eth0", "netns", String(pid)];
    const made = await runTool(["ip", "link", "add", name, "type", "veth", ...peer], { timeoutSeconds: 30 });
    // Another process may have been faster.
    if (made.exitCode === 0) return number;
    if (!existsSync(`/sys/class/net/${name}`)) throw failure(made.ended, made.lastLines);
  }
  throw failure(`${MOST_NAMESPACES} of ${MOST_NAMESPACES} subnets of 10.216.0.0/16 are taken`, []);
}

/** `unshare` has become `sleep` when the namespace is there. */
async function awaitNamespace(pid: number): Promise<void> {
  await must(["sh", "-c", `until [ "$(cat /proc/${pid}/comm)" = sleep ]; do [ -e /proc/${pid} ] || exit 1; done`]);
}

async function must(argv: readonly [string, ...string[]]): Promise<void> {
  const { exitCode, ended, lastLines } = await runTool(argv, { timeoutSeconds: 30 });
  if (exitCode !== 0) throw failure(`${argv.join(" ")}: ${ended}`, lastLines);
}

function failure(seen: string, lines: readonly string[]): FerryError {
  return new FerryError({
    failed: "making a network namespace",
    where: "this machine",
    seen: [seen, ...lines.slice(-3)].join("\n          "),
    wanted: "a link to a network of its own",
    next: "run as root, with iproute2 and util-linux installed",
  });
}
