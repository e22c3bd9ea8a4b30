import type { ObjectStorage } from "../backup/index.js";

/** What a target in Kubernetes needs of others, and how to look at it from there. Holds secrets. */
export interface AccessRequest {
  readonly cluster: ClusterPlace;
  /** Name of the Helm release that the target will be, and of its objects. */
  readonly release: string;
  /** What that release is given, as the chart's values.yaml describes it; what it leaves out has the chart's defaults. */
  readonly chartValues: Readonly<Record<string, unknown>>;
  readonly database: string;
  /** As the pod uses it. */
  readonly bucket: BucketPlace;
  /** Keys that the release will log in to S3 with, where neither its values nor its service account have a login. */
  readonly podLogin?: S3Login;
  /** The same bucket as who may write to it reaches it, to put the test object there; absent where somebody else does. */
  readonly writer?: ObjectStorage;
  /** As the target reaches it. */
  readonly source: { readonly host: string; readonly port: number };
  /** Absent, or with values whose `credentials.source` is not vault: not looked at. */
  readonly vault?: VaultPlace;
  /** For scheduling and image of the pod that looks. */
  readonly startTimeoutSeconds: number;
  /** Time that each look of the pod may take. @default 20 */
  readonly lookTimeoutSeconds?: number;
  /**
   * How long `ensureAccess` looks again at what is refused: rights that were just given hold in all of AWS only a while
   * later. @default 60 where the bucket is of AWS, else 0
   */
  readonly settleTimeoutSeconds?: number;
}

export interface ClusterPlace {
  /** YAML text. */
  readonly kubeconfig: string;
  /** @default the kubeconfig's current context */
  readonly context?: string;
  readonly namespace: string;
}

export interface BucketPlace {
  readonly bucket: string;
  readonly region: string;
  /** Address of an S3-compatible store. */
  readonly endpoint?: string;
  /** What all keys begin with; the backups are under `PREFIX/DATABASE/`. */
  readonly keyPrefix: string;
}

export interface S3Login {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

export interface VaultPlace {
  /** `http(s)://HOST[:PORT]`, reached by this machine and by the pod's agent. */
  readonly address: string;
  /** On this machine: PEM of the authority that its certificate is of. @default those that Node trusts */
  readonly caCertFile?: string;
  /** @default as the chart's annotation vault.hashicorp.com/namespace says, which also wins */
  readonly namespace?: string;
  /** Of the token that logs in, where the role asks for one. @default that of the cluster's API */
  readonly audience?: string;
}
