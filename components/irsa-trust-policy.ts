import { type PolicyDocument, policyDocument } from "./policy-document";

/** Whom the role trusts. */
export interface TrustedServiceAccount {
  readonly oidcProviderArn: string;
  readonly namespace: string;
  readonly serviceAccount: string;
}

/** Audience of the tokens that EKS puts into pods whose service account names a role. */
const AUDIENCE = "sts.amazonaws.com";

/** Only this service account of this cluster may take the role; no wildcard. */
export function irsaTrustPolicy({ oidcProviderArn, namespace, serviceAccount }: TrustedServiceAccount): PolicyDocument {
  const [, issuer] = oidcProviderArn.split(":oidc-provider/");
  return policyDocument({
    Sid: "TrustServiceAccount",
    Effect: "Allow",
    Principal: { Federated: oidcProviderArn },
    Action: "sts:AssumeRoleWithWebIdentity",
    Condition: {
      StringEquals: {
        [`${issuer}:aud`]: AUDIENCE,
        [`${issuer}:sub`]: `system:serviceaccount:${namespace}:${serviceAccount}`,
      },
    },
  });
}
