import { randomUUID } from "node:crypto";
import { BackupStorage } from "../backup/index.js";
import { messageOf } from "../operation/index.js";
import type { TestObject } from "./observation.js";
import type { AccessRequest } from "./request.js";

const NAME = "access-check";

/** What the keys of the database's backups begin with; ends with a slash. */
export function backupFolder({ bucket, database }: AccessRequest): string {
  return `${[...bucket.keyPrefix.split("/").filter((part) => part !== ""), database].join("/")}/`;
}

/** Key of the object that the pod reads. */
export function testObjectKey(request: AccessRequest): string {
  return `${backupFolder(request)}${NAME}`;
}

/**
 * Puts the test object there, where the request says who does. It stays: it is small, every run replaces it, and an
 * account that may only upload could not delete it.
 */
export async function putTestObject(request: AccessRequest): Promise<TestObject> {
  if (request.writer === undefined) return { kind: "left to others" };
  const content = randomUUID();
  try {
    await BackupStorage.with(request.writer, (store) => store.put(testObjectKey(request), content));
    return { kind: "written", content };
  } catch (error) {
    return { kind: "refused", why: messageOf(error) };
  }
}
