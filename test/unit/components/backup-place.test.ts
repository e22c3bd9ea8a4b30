import { describe, expect, it } from "vitest";
import { backupFolder, backupObjectsArn, bucketArn } from "../../../components/backup-place.js";
import { backupKeys } from "../../../engine/backup/keys.js";

const place = { database: "shop", bucket: "backups", keyPrefix: "mysql/gtid-ferry", partition: "aws-cn" as const };

describe("the place of a database's backups", () => {
  it("holds all keys that a backup has", () => {
    for (const key of Object.values(backupKeys(place.keyPrefix, place.database, "b1"))) {
      expect(key.startsWith(backupFolder(place)), key).toBe(true);
    }
  });

  it("has ARNs of its partition", () => {
    expect(bucketArn(place)).toBe("arn:aws-cn:s3:::backups");
    expect(backupObjectsArn(place)).toBe("arn:aws-cn:s3:::backups/mysql/gtid-ferry/shop/*");
  });
});
