import type { Host } from "./host.js";
import { LocalHost } from "./local-host.js";
import { RemoteHost } from "./remote-host.js";
import type { SshOptions } from "./ssh/options.js";
import { SshShell } from "./ssh/shell.js";

/** How to reach a host; plain data, so that it can be an input of a resource. `ssh` holds secrets. */
export type HostOptions = { readonly kind: "local" } | ({ readonly kind: "ssh" } & SshOptions);

/** Nothing is connected yet; whoever opens a host closes it. */
export function openHost(options: HostOptions): Host {
  switch (options.kind) {
    case "local":
      return new LocalHost();
    case "ssh":
      return new RemoteHost(new SshShell(options));
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
