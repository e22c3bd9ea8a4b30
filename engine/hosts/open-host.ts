import type { Host } from "./host.js";
import type { HostOptions } from "./host-options.js";
import { LocalHost } from "./local-host.js";
import { RemoteHost } from "./remote-host.js";
import { SshShell } from "./ssh/shell.js";
import { SsmShell } from "./ssm/shell.js";

/** Nothing is connected yet; whoever opens a host closes it. */
export function openHost(options: HostOptions): Host {
  switch (options.kind) {
    case "local":
      return new LocalHost();
    case "ssh":
      return new RemoteHost(new SshShell(options));
    case "ssm":
      return new RemoteHost(new SsmShell(options));
  }
}

/** Runs `work` on a host that is closed afterwards. */
export async function withHost<T>(options: HostOptions, work: (host: Host) => Promise<T>): Promise<T> {
  const host = openHost(options);
  try {
    return await work(host);
  } finally {
    await host.close();
  }
}
