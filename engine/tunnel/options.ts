import type { SshOptions } from "../hosts/index.js";

/** Reaches a server through a host that SSH logs in to. */
export interface SshVia {
  readonly kind: "ssh";
  readonly ssh: SshOptions;
}

/** Reaches a port of a pod through the cluster's API server; the pod needs no address that is reachable from here. */
export interface PortForwardVia {
  readonly kind: "port-forward";
  /** YAML text of a kubeconfig. */
  readonly kubeconfig: string;
  /** @default the kubeconfig's current-context */
  readonly context?: string;
  readonly namespace: string;
  /** Looked up by name at each connection, so a pod that was made anew is found again. */
  readonly pod: string;
}

export type TunnelVia = SshVia | PortForwardVia;

/** How a server is reached; plain data, holds secrets, so never log it. */
export type Via = { readonly kind: "direct" } | TunnelVia;

/** Where a TCP server listens. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/** How messages name a server, e.g. `10.0.0.5:3306 via ssh bastion.example`, `pod default/mysql-0:3306`. */
export function placeOf({ host, port }: Address, via: Via = { kind: "direct" }): string {
  const address = `${host.includes(":") ? `[${host}]` : host}:${port}`;
  switch (via.kind) {
    case "direct":
      return address;
    case "ssh":
      return `${address} via ssh ${via.ssh.host}`;
    case "port-forward":
      return `pod ${via.namespace}/${via.pod}:${port}`;
  }
}
