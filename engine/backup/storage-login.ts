import type { S3ClientConfig } from "@aws-sdk/client-s3";
import { fromIni, fromTemporaryCredentials } from "@aws-sdk/credential-providers";

/** As whom this machine uses a bucket to which it has no keys; hosts and pods use roles of their own. */
export interface StorageLogin {
  /** Profile of the AWS configuration; without it the environment's credentials are used. */
  readonly profile?: string;
  /** Role that is assumed with them. */
  readonly roleArn?: string;
  /** What the role's trust policy may ask for. */
  readonly externalId?: string;
}

/** For the AWS SDK; undefined stands for its default credential chain. */
export function loginCredentials({ profile, roleArn, externalId }: StorageLogin): S3ClientConfig["credentials"] {
  const own = profile === undefined ? undefined : fromIni({ profile });
  if (roleArn === undefined) return own;
  return fromTemporaryCredentials({
    ...(own === undefined ? {} : { masterCredentials: own }),
    params: {
      RoleArn: roleArn,
      RoleSessionName: "gtid-ferry",
      ...(externalId === undefined ? {} : { ExternalId: externalId }),
    },
  });
}
