/** Everything of the lab listens here and nowhere else, which is why its passwords may be fixed and public. */
export const LAB_HOST = "127.0.0.1";

/** Where applications connect: HAProxy before source and target. */
export const APPLICATION_PORT = 13300;
export const SOURCE_PORT = 13306;
/** Left free by the lab: the migration starts its local target there. */
export const TARGET_PORT = 13307;
export const S3_PORT = 13309;

export const ADMINISTRATOR = { user: "ferry_admin", password: "gtid-ferry-lab-admin" } as const;
export const APPLICATION = { user: "app", password: "gtid-ferry-lab-app" } as const;

/** The migration's replication channel on the target. */
export const CHANNEL = "gtid_ferry";

/** Schema of the sample database. */
export const SAMPLE_SCHEMA = "shop";
export const SAMPLE_MEBIBYTES = 300;

export const S3_CREDENTIALS = {
  accessKeyId: "gtid-ferry-lab",
  secretAccessKey: "gtid-ferry-lab-secret",
  region: "eu-central-1",
} as const;
export const S3_BUCKET = "gtid-ferry-lab";
