import type { Host } from "./host.js";
import { LocalHost } from "./local-host.js";

/** How to reach a host; plain data, so that it can be an input of a resource. */
export interface HostOptions {
  readonly kind: "local";
}

export function openHost(options: HostOptions): Host {
  switch (options.kind) {
    case "local":
      return new LocalHost();
  }
}
