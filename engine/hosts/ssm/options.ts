/** How to reach a machine by AWS Systems Manager, without any inbound port; plain data, may hold secrets. */
export interface SsmOptions {
  /** E.g. `i-0123456789abcdef0`, or `mi-...` of a machine outside of EC2. */
  readonly instanceId: string;
  readonly region: string;
  /** @default the chain of the AWS SDK: environment, configuration files, roles */
  readonly accessKeyId?: string;
  readonly secretAccessKey?: string;
  readonly sessionToken?: string;
  /** Address of the service, e.g. of a VPC endpoint. @default that of the region */
  readonly endpoint?: string;
}

/** For messages, e.g. `ssm i-0123456789abcdef0 (eu-central-1)`. */
export function nameOf({ instanceId, region }: SsmOptions): string {
  return `ssm ${instanceId} (${region})`;
}
