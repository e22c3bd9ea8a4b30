import { randomBytes } from "node:crypto";
import { type Aws, AwsRefusal, kind, tags, text } from "./kind.js";
import { TYPES } from "./types.js";

/** Roles are in no region. */
async function findRole({ cloud, account }: Aws, name: string) {
  const [found] = await cloud.find({ account, type: TYPES.role, id: name });
  return found;
}

const role = kind({
  type: TYPES.role,
  shape: { name: text, description: text, assumeRolePolicy: text, tags },
  identity: ["name"],
  id: ({ name }) => name,
  outputs: ({ name, tags }, { account }) => ({
    arn: `arn:aws:iam::${account}:role/${name}`,
    uniqueId: `AROA${randomBytes(8).toString("hex").toUpperCase()}`,
    createDate: new Date().toISOString(),
    tagsAll: tags,
  }),
  async make({ name }, aws) {
    if ((await findRole(aws, name)) !== undefined) throw new AwsRefusal("EntityAlreadyExists", `role ${name}`);
  },
  async unmake({ name }, { cloud, account }) {
    const policies = await cloud.find({ account, type: TYPES.rolePolicy });
    if (policies.some(({ properties }) => properties.role === name))
      throw new AwsRefusal("DeleteConflict", `role ${name}: must delete policies first`);
  },
});

const rolePolicy = kind({
  type: TYPES.rolePolicy,
  shape: { name: text, role: text, policy: text },
  identity: ["name", "role"],
  id: ({ name, role }) => `${role}:${name}`,
  container: { find: ({ role }, aws) => findRole(aws, role), missing: "NoSuchEntity" },
});

export const IDENTITY_KINDS = { [TYPES.role]: role, [TYPES.rolePolicy]: rolePolicy };
