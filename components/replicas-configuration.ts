import { z } from "zod";
import { path, port } from "./configuration-values";

/** The two servers that every migration has, as a tree of replicas names them. */
const ENDS: readonly string[] = ["source", "target"];

const member = {
  /** In names, messages and commands. */
  name: z
    .string()
    .regex(/^[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?$/, { error: "wanted lower-case letters, digits and dashes, up to 32" })
    .refine((name) => !ENDS.includes(name), {
      error: "wanted another name: source and target are the migration's own",
    }),
  /** Another replica, `target` or `source`. */
  replicatesFrom: z.string().default("target"),
};

/** A replica on this machine. */
const localReplica = z.strictObject({
  ...member,
  port,
  serverId: z.number().int().min(1).max(4_294_967_295),
  /** Its volume, for it alone. */
  directory: path,
});

/** A replica in a pod: the first of the list is the chart's second pod, and so on. */
const podReplica = z.strictObject(member);

export const localReplicas = listOf(localReplica);
export const podReplicas = listOf(podReplica);

function listOf<S extends z.ZodType<{ readonly name: string; readonly replicatesFrom: string }>>(replica: S) {
  return z.array(replica).superRefine((replicas, context) => {
    const mistake = (index: number, key: string, message: string) =>
      context.addIssue({ code: "custom", path: [index, key], message });
    const sources = new Map(replicas.map(({ name, replicatesFrom }) => [name, replicatesFrom]));
    replicas.forEach(({ name, replicatesFrom }, index) => {
      if (replicas.findIndex((other) => other.name === name) < index) mistake(index, "name", `${name} is there twice`);
      if (!ENDS.includes(replicatesFrom) && !sources.has(replicatesFrom)) {
        mistake(index, "replicatesFrom", "wanted source, target or another replica's name");
      } else if (!leadsToEnd(name, sources)) {
        mistake(index, "replicatesFrom", "wanted a way to the primary, not round in a circle");
      }
    });
  });
}

function leadsToEnd(name: string, sources: ReadonlyMap<string, string>): boolean {
  const seen = new Set<string>();
  for (let at: string | undefined = name; at !== undefined && !ENDS.includes(at); at = sources.get(at)) {
    if (seen.has(at)) return false;
    seen.add(at);
  }
  return true;
}
