/** A command of the AWS CLI: the options that it has beside the global ones, and the words that it needs. */
export interface CommandRule {
  readonly required?: readonly string[];
  readonly values: readonly string[];
  readonly switches?: readonly string[];
  /** Number of words that are no options. */
  readonly words?: number;
  /** Options whose value is a whole number. */
  readonly numbers?: readonly string[];
}

/** Of each command: aws-cli awscli/data/cli.json; those of both major versions. */
export const GLOBAL = {
  values: [
    ...["endpoint-url", "output", "query", "profile", "region", "color", "ca-bundle"],
    ...["cli-read-timeout", "cli-connect-timeout"],
  ],
  switches: ["debug", "no-verify-ssl", "no-paginate", "no-sign-request"],
  numbers: ["cli-read-timeout", "cli-connect-timeout"],
};

/** Only in version 2 (aws-cli branch v2, awscli/data/cli.json). */
export const GLOBAL_2 = {
  values: ["cli-binary-format"],
  switches: ["no-cli-pager", "cli-auto-prompt", "no-cli-auto-prompt"],
};

export const OUTPUTS = { 1: ["json", "text", "table"], 2: ["json", "text", "table", "yaml", "yaml-stream", "off"] };

const paged = ["max-items", "page-size", "starting-token"];

/** The operations that scripts/ use: botocore data/s3/2006-03-01 and sts/2011-06-15, awscli/customizations/s3/subcommands.py. */
export const COMMANDS: Readonly<Record<string, CommandRule>> = {
  "s3 cp": {
    words: 2,
    numbers: ["page-size"],
    values: [
      ...["include", "exclude", "acl", "storage-class", "sse", "sse-c", "sse-c-key", "sse-kms-key-id", "grants"],
      ...["sse-c-copy-source", "sse-c-copy-source-key", "content-type", "cache-control", "content-disposition"],
      ...["content-encoding", "content-language", "expires", "source-region", "expected-size", "metadata"],
      ...["metadata-directive", "website-redirect", "page-size", "request-payer", "copy-props"],
      ...["checksum-algorithm", "checksum-mode"],
    ],
    switches: [
      ...["dryrun", "quiet", "only-show-errors", "no-progress", "follow-symlinks", "no-follow-symlinks"],
      ...["no-guess-mime-type", "recursive", "ignore-glacier-warnings", "force-glacier-transfer"],
    ],
  },
  "s3api create-multipart-upload": {
    required: ["bucket", "key"],
    values: [
      ...["acl", "bucket", "cache-control", "content-disposition", "content-encoding", "content-language", "key"],
      ...["content-type", "expires", "metadata", "server-side-encryption", "storage-class", "ssekms-key-id"],
      ...["request-payer", "tagging", "expected-bucket-owner", "checksum-algorithm", "checksum-type"],
    ],
  },
  "s3api abort-multipart-upload": {
    required: ["bucket", "key", "upload-id"],
    values: ["bucket", "key", "upload-id", "request-payer", "expected-bucket-owner", "if-match-initiated-time"],
  },
  "s3api list-multipart-uploads": {
    required: ["bucket"],
    numbers: ["max-uploads", "max-items", "page-size"],
    values: [
      ...["bucket", "delimiter", "encoding-type", "prefix", "key-marker", "upload-id-marker", "max-uploads"],
      ...["expected-bucket-owner", "request-payer", ...paged],
    ],
  },
  "s3api list-objects-v2": {
    required: ["bucket"],
    numbers: ["max-keys", "max-items", "page-size"],
    values: [
      ...["bucket", "delimiter", "encoding-type", "prefix", "continuation-token", "max-keys", "start-after"],
      ...["request-payer", "expected-bucket-owner", "optional-object-attributes", ...paged],
    ],
    switches: ["fetch-owner", "no-fetch-owner"],
  },
  "s3api delete-object": {
    required: ["bucket", "key"],
    values: ["bucket", "key", "mfa", "version-id", "request-payer", "expected-bucket-owner", "if-match"],
    switches: ["bypass-governance-retention", "no-bypass-governance-retention"],
  },
  "s3api head-object": {
    required: ["bucket", "key"],
    values: [
      ...["bucket", "key", "if-match", "if-none-match", "range", "version-id", "part-number", "request-payer"],
      ...["expected-bucket-owner", "checksum-mode"],
    ],
  },
  "s3api get-object": {
    required: ["bucket", "key"],
    words: 1,
    values: [
      ...["bucket", "key", "if-match", "if-none-match", "range", "version-id", "part-number", "request-payer"],
      ...["expected-bucket-owner", "checksum-mode", "response-content-type"],
    ],
  },
  "sts get-caller-identity": { values: [] },
  "configure set": { values: [], words: 2 },
};
