import { IDENTITY_KINDS } from "./identity-kinds.js";
import type { Kind } from "./kind.js";
import { NETWORK_KINDS } from "./network-kinds.js";
import { STORAGE_KINDS } from "./storage-kinds.js";

const KINDS: Readonly<Record<string, Kind>> = { ...STORAGE_KINDS, ...IDENTITY_KINDS, ...NETWORK_KINDS };

export function kindOf(type: string): Kind {
  const found = KINDS[type];
  if (found === undefined) throw new Error(`the stand-in for AWS does not know ${type}`);
  return found;
}
