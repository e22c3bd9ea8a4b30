import { likePattern } from "../mysql/index.js";

/** One line of SHOW GRANTS about privileges. */
export interface Grant {
  /** Upper case, e.g. `REPLICATION SLAVE`; those on columns only are left out. */
  readonly privileges: ReadonlySet<string>;
  /** A LIKE pattern; undefined = `*.*`. */
  readonly schema: string | undefined;
  /** Undefined = all of the schema. */
  readonly table: string | undefined;
  readonly grantable: boolean;
  /** A partial revoke: takes the privilege from a schema that a global grant would cover. */
  readonly revoked: boolean;
}

/** What a privilege must cover: everything, one schema or one table. */
export type PrivilegeScope = "global" | { readonly schema: string; readonly table?: string };

const NAME = "(`(?:[^`]|``)*`|[^`.\\s]+)";
const LINE = new RegExp(`^(GRANT|REVOKE) (.+?) ON (?:TABLE )?${NAME}\\.${NAME} (?:TO|FROM) (.*)$`, "s");

/**
 * Reads the lines of SHOW GRANTS for the current user, in which MySQL has already merged the privileges of active roles.
 * Lines that grant roles, proxies or routines say nothing about the privileges that are asked for, and are left out.
 */
export function parseGrants(lines: readonly string[]): Grant[] {
  return lines.flatMap((line) => {
    const match = LINE.exec(line);
    if (match === null) return [];
    const [, verb = "", privileges = "", schema = "", table = "", rest = ""] = match;
    return {
      privileges: new Set(splitPrivileges(privileges)),
      schema: schema === "*" ? undefined : unquote(schema),
      table: table === "*" ? undefined : unquote(table),
      grantable: rest.endsWith("WITH GRANT OPTION"),
      revoked: verb === "REVOKE",
    };
  });
}

/** Whether the grants give a privilege for all of the scope. Global privileges count only where no revoke cuts into them. */
export function holds(
  grants: readonly Grant[],
  privilege: string,
  scope: PrivilegeScope,
  options: { readonly grantable?: boolean } = {},
): boolean {
  const relevant = grants.filter(
    (grant) => grant.privileges.has(privilege) || (grant.privileges.has("ALL PRIVILEGES") && privilege !== "USAGE"),
  );
  const usable = relevant.filter((grant) => !grant.revoked && (options.grantable !== true || grant.grantable));
  const isGlobal = usable.some((grant) => grant.schema === undefined);
  const revokes = relevant.filter((grant) => grant.revoked);
  if (scope === "global") return isGlobal && revokes.length === 0;
  if (isGlobal && !revokes.some((grant) => grant.schema === scope.schema)) return true;
  return usable.some(
    (grant) =>
      grant.schema !== undefined &&
      // Schema names in grants are LIKE patterns.
      likePattern(grant.schema, { ignoresCase: false }).test(scope.schema) &&
      (grant.table === undefined || grant.table === scope.table),
  );
}

function splitPrivileges(text: string): string[] {
  // Privileges limited to columns carry a list in brackets: SELECT (`a`, `b`).
  return text
    .replaceAll(/[A-Z ]+ \((?:`(?:[^`]|``)*`|[^)`])*\)/g, "")
    .split(",")
    .map((privilege) => privilege.trim().toUpperCase())
    .filter((privilege) => privilege !== "");
}

function unquote(name: string): string {
  return name.startsWith("`") ? name.slice(1, -1).replaceAll("``", "`") : name;
}
