import { z } from "zod";
import { type Aws, AwsRefusal, findOwn, kind, settings, tags, text } from "./kind.js";
import { TYPES } from "./types.js";

const bucket = kind({
  type: TYPES.bucket,
  shape: { bucket: text, forceDestroy: z.boolean(), tags },
  identity: ["bucket"],
  id: ({ bucket }) => bucket,
  outputs: ({ bucket, tags }, { region }) => ({
    arn: `arn:aws:s3:::${bucket}`,
    bucketRegion: region,
    bucketDomainName: `${bucket}.s3.amazonaws.com`,
    bucketRegionalDomainName: `${bucket}.s3.${region}.amazonaws.com`,
    tagsAll: tags,
  }),
  async make({ bucket }, aws) {
    // Names are the whole world's.
    const [other] = await aws.cloud.find({ type: TYPES.bucket, id: bucket });
    if (other?.account === aws.account) throw new AwsRefusal("BucketAlreadyOwnedByYou", bucket);
    if (other !== undefined) throw new AwsRefusal("BucketAlreadyExists", bucket);
    await aws.buckets?.create(bucket);
  },
  async unmake({ bucket, forceDestroy }, { buckets }) {
    if (forceDestroy) await buckets?.empty(bucket);
    await buckets?.remove(bucket);
  },
  exists: async ({ bucket }, { buckets }) => (await buckets?.exists(bucket)) ?? true,
});

/** A setting of a bucket. */
const ofBucket = {
  identity: ["bucket"] as const,
  id: ({ bucket }: { readonly bucket: string }) => bucket,
  container: {
    find: ({ bucket }: { readonly bucket: string }, aws: Aws) => findOwn(aws, TYPES.bucket, bucket),
    missing: "NoSuchBucket",
  },
};

const statementsSchema = z.object({
  Statement: z.array(z.object({ Principal: z.union([text, z.object({ AWS: text })]) })),
});

/** Roles that a policy names have to exist. */
async function admitPrincipals(policy: string, { cloud }: Aws): Promise<void> {
  for (const { Principal } of statementsSchema.parse(JSON.parse(policy)).Statement) {
    if (typeof Principal === "string" || Principal.AWS.endsWith(":root")) continue;
    const roles = await cloud.find({ type: TYPES.role });
    if (!roles.some(({ properties }) => properties.arn === Principal.AWS))
      throw new AwsRefusal("MalformedPolicy", `Invalid principal in policy: ${Principal.AWS}`);
  }
}

const bucketPolicy = kind({
  ...ofBucket,
  type: TYPES.bucketPolicy,
  shape: { bucket: text, policy: text },
  admit: ({ policy }, aws) => admitPrincipals(policy, aws),
});

const ownership = kind({ ...ofBucket, type: TYPES.ownership, shape: { bucket: text, rule: settings } });

const publicAccess = kind({
  ...ofBucket,
  type: TYPES.publicAccess,
  shape: {
    bucket: text,
    blockPublicAcls: z.boolean(),
    blockPublicPolicy: z.boolean(),
    ignorePublicAcls: z.boolean(),
    restrictPublicBuckets: z.boolean(),
  },
});

const encryption = kind({ ...ofBucket, type: TYPES.encryption, shape: { bucket: text, rules: settings } });

const versioning = kind({
  ...ofBucket,
  type: TYPES.versioning,
  shape: { bucket: text, versioningConfiguration: settings },
});

const lifecycle = kind({ ...ofBucket, type: TYPES.lifecycle, shape: { bucket: text, rules: settings } });

export const STORAGE_KINDS = {
  [TYPES.bucket]: bucket,
  [TYPES.bucketPolicy]: bucketPolicy,
  [TYPES.ownership]: ownership,
  [TYPES.publicAccess]: publicAccess,
  [TYPES.encryption]: encryption,
  [TYPES.versioning]: versioning,
  [TYPES.lifecycle]: lifecycle,
};
