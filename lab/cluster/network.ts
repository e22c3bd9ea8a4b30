import { existsSync } from "node:fs";
import { networkInterfaces } from "node:os";
import { FerryError, silent, waitUntil } from "@gtid-ferry/engine/operation";
import { runTool } from "../../toolchain/command.js";
import { type ClusterAddresses, clusterAddresses, MOST_CLUSTERS } from "./addresses.js";
import { must } from "./run.js";
import type { Sandbox } from "./sandbox.js";

/** Links the cluster's network namespace with this machine by an interface and subnets that nothing else uses. */
export async function connectSandbox(sandbox: Sandbox): Promise<number> {
  for (let number = 0; number < MOST_CLUSTERS; number += 1) {
    const addresses = clusterAddresses(number);
    if (isTaken(addresses) || !(await makeLink(addresses.name, sandbox))) continue;
    await giveAddresses(addresses, sandbox);
    return number;
  }
  throw new FerryError({
    failed: "finding addresses for the cluster",
    where: "this machine",
    seen: `${MOST_CLUSTERS} of ${MOST_CLUSTERS} subnets of 10.215.0.0/16 are taken`,
    wanted: "one that is free",
    next: "stop a cluster (npm run lab:cluster:stop)",
  });
}

/** The link goes with the namespace of its other end, soon after the last process there. */
export async function awaitNoLink({ name }: ClusterAddresses): Promise<void> {
  const waiting = { awaited: `no interface ${name}`, where: "this machine", next: `ip link delete ${name}` };
  await waitUntil({ ...waiting, timeoutSeconds: 60, intervalSeconds: 0.1, progress: silent }, async () =>
    existsSync(`/sys/class/net/${name}`) ? { seen: "it is still there" } : { done: undefined },
  );
}

function isTaken({ hostAddress, nodeAddress }: ClusterAddresses): boolean {
  const own = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  return own.some(({ address }) => address === hostAddress || address === nodeAddress);
}

/** Only one of several clusters that start at a time gets a name. */
async function makeLink(name: string, { init }: Sandbox): Promise<boolean> {
  const peer = ["peer", "name", "eth0", "netns", String(init.pid)];
  const { exitCode } = await runTool(["ip", "link", "add", name, "type", "veth", ...peer], {
    timeoutSeconds: 30,
  });
  if (exitCode !== 0 && !existsSync(`/sys/class/net/${name}`)) {
    await must(["ip", "link", "add", name, "type", "veth", ...peer]);
  }
  return exitCode === 0;
}

async function giveAddresses(addresses: ClusterAddresses, { enter }: Sandbox): Promise<void> {
  const { name, hostAddress, nodeAddress, podCidr, serviceCidr } = addresses;
  await must([...enter, "ip", "link", "set", "lo", "up"]);
  await must([...enter, "ip", "address", "add", `${nodeAddress}/30`, "dev", "eth0"]);
  await must([...enter, "ip", "link", "set", "eth0", "up"]);
  await must([...enter, "ip", "route", "add", "default", "via", hostAddress]);
  await must([...enter, "sh", "-c", "echo 1 >/proc/sys/net/ipv4/ip_forward"]);
  await must(["ip", "address", "add", `${hostAddress}/30`, "dev", name]);
  await must(["ip", "link", "set", name, "up"]);
  for (const subnet of [podCidr, serviceCidr]) await must(["ip", "route", "add", subnet, "via", nodeAddress]);
}
