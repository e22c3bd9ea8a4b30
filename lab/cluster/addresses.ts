/** Where one cluster of this machine is; each has a number of its own, and with it interface, subnets and cgroup. */
export interface ClusterAddresses {
  /** Of the host's end of the link; also the cluster's name. */
  readonly name: string;
  /** This machine, as the cluster's pods reach it. */
  readonly hostAddress: string;
  /** The node, as this machine and the pods reach it: its API server and node ports. */
  readonly nodeAddress: string;
  readonly podCidr: string;
  readonly serviceCidr: string;
  /** First address of `serviceCidr`: the API server, as pods reach it. */
  readonly apiServiceAddress: string;
}

/** As many clusters as one machine may have at a time. */
export const MOST_CLUSTERS = 64;

export function clusterAddresses(number: number): ClusterAddresses {
  return {
    name: `gtid-ferry${number}`,
    hostAddress: `10.215.${number}.1`,
    nodeAddress: `10.215.${number}.2`,
    podCidr: `10.213.${number}.0/24`,
    serviceCidr: `10.214.${number}.0/24`,
    apiServiceAddress: `10.214.${number}.1`,
  };
}
