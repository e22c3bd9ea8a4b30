import type { Host } from "../hosts/index.js";
import { parseSourceBehaviour, sourceBehaviourQuery, targetSettings } from "../mysql/index.js";
import { askSource } from "./ask-source.js";
import type { BackupRequest } from "./request.js";

export async function readSourceUuid(host: Host, request: BackupRequest): Promise<string> {
  const [uuid = ""] = await askSource(host, request, "server_uuid", "SELECT @@server_uuid");
  return uuid;
}

/** The settings by which a copy of the source behaves as the source does now, by name as my.cnf has it. */
export async function readTargetSettings(host: Host, request: BackupRequest): Promise<Record<string, string>> {
  const lines = await askSource(host, request, "settings", sourceBehaviourQuery());
  return targetSettings(parseSourceBehaviour(lines));
}
