import { z } from "zod";
import { hasHostBits, overlap, parseCidr } from "./cidr";

export const databaseName = z.string().regex(/^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$/, {
  error: "wanted 1 to 40 lower-case letters, digits and dashes, with a letter or digit at both ends",
});

export const accountId = z.string().regex(/^\d{12}$/, { error: "wanted the 12 digits of an AWS account" });

export const region = z.string().regex(/^[a-z]{2,3}(-[a-z]+)+-\d+$/, {
  error: "wanted an AWS region, such as eu-central-1",
});

/** The part of AWS that both accounts are in; ARNs begin with it. */
export const partition = z.enum(["aws", "aws-cn", "aws-us-gov"]).default("aws");

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html */
export const bucketName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, {
    error: "wanted an S3 bucket name: 3 to 63 lower-case letters, digits, dots and dashes, no dot or dash at its ends",
  })
  .refine((name) => !name.includes("..") && !/^\d+\.\d+\.\d+\.\d+$/.test(name), {
    error: "wanted an S3 bucket name: no two dots in a row, no IP address",
  })
  .refine((name) => !/^(xn--|sthree-|amzn-s3-demo-)|(-s3alias|--ol-s3|\.mrap|--x-s3|--table-s3)$/.test(name), {
    error: "wanted an S3 bucket name without a beginning or end that S3 reserves",
  });

/** Nothing that a policy would read as a wildcard or a variable. */
export const keyPrefix = z.string().regex(/^[\w.=-]+(\/[\w.=-]+)*$/, {
  error: "wanted letters, digits and _ . = - in parts separated by single slashes, without a slash at its ends",
});

/** https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html */
export const vpcCidrBlock = z.string().superRefine((text, context) => {
  const cidr = parseCidr(text);
  const mistake = (message: string) => context.addIssue({ code: "custom", message });
  if (cidr === undefined) return mistake(`wanted an IPv4 CIDR block such as 10.20.0.0/16, not ${JSON.stringify(text)}`);
  if (hasHostBits(cidr)) mistake(`${text} has bits set behind its prefix; wanted the network's first address`);
  if (cidr.prefixLength < 16 || cidr.prefixLength > 28)
    mistake(`${text} is no VPC's: wanted a prefix of 16 to 28 bits`);
});

/** A list that says nothing twice; CIDR blocks that overlap count as said twice. */
export function distinct<T extends z.ZodType<string>>(element: T) {
  return z.array(element).superRefine((values, context) => {
    values.forEach((value, index) => {
      const earlier = values.slice(0, index).find((other) => other === value || overlapping(other, value));
      if (earlier === undefined) return;
      const message = earlier === value ? `${value} is there twice` : `${value} overlaps with ${earlier}`;
      context.addIssue({ code: "custom", path: [index], message });
    });
  });
}

/** Of malformed blocks it is not known. */
export function overlapping(one: string, other: string): boolean {
  const [a, b] = [parseCidr(one), parseCidr(other)];
  return a !== undefined && b !== undefined && overlap(a, b);
}

/** An id of EC2, such as `vpc-0123abcd`. */
export function ec2Id(kind: "pcx" | "rtb" | "sg" | "vpc") {
  return z
    .string()
    .regex(new RegExp(`^${kind}-[0-9a-f]{8,17}$`), { error: `wanted an id such as ${kind}-0123456789abcdef0` });
}

/** Name of an IAM role, without its path. */
export const roleName = z
  .string()
  .max(64, { error: "wanted at most 64 characters" })
  .regex(/^[\w+=,.@-]+$/, { error: "wanted letters, digits and _ + = , . @ -" });

export const roleArn = z.string().regex(/^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]+$/, {
  error: "wanted a role's ARN, arn:aws:iam::ACCOUNT:role/NAME",
});

export const kmsKeyArn = z.string().regex(/^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key\/[\w-]+$/, {
  error: "wanted the ARN of a key of KMS, arn:aws:kms:REGION:ACCOUNT:key/ID",
});

export const oidcProviderArn = z.string().regex(/^arn:aws[a-z-]*:iam::\d{12}:oidc-provider\/[\w.-]+(\/[\w.-]+)*$/, {
  error: "wanted the ARN of an OIDC provider, arn:aws:iam::ACCOUNT:oidc-provider/ISSUER",
});
