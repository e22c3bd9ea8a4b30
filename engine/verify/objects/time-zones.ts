import { z } from "zod";
import type { MysqlServer } from "../../mysql/index.js";
import type { Catalogue } from "./catalogue.js";
import { objectKey } from "./object-name.js";

export const TIME_ZONE = "time zone";

const zoneRow = z.object({ name: z.string(), leap: z.string(), rules: z.coerce.number(), hash: z.string() });

/**
 * The named time zones that CONVERT_TZ and time_zone know, each by a digest of its rules: their ids are counted when they
 * are loaded, so they may differ.
 */
export async function readTimeZones(server: MysqlServer): Promise<Catalogue> {
  const rows = await server.query(
    `SELECT CAST(n.Name AS CHAR) AS name, CAST(MAX(z.Use_leap_seconds) AS CHAR) AS leap, COUNT(*) AS rules,
            HEX(BIT_XOR(UNHEX(SHA2(CONCAT_WS('#', t.Transition_time, y.Offset, y.Is_DST, y.Abbreviation), 224)))) AS hash
       FROM mysql.time_zone_name n
       JOIN mysql.time_zone z ON z.Time_zone_id = n.Time_zone_id
       JOIN mysql.time_zone_transition_type y ON y.Time_zone_id = n.Time_zone_id
       LEFT JOIN mysql.time_zone_transition t ON t.Time_zone_id = y.Time_zone_id AND t.Transition_type_id = y.Transition_type_id
      GROUP BY n.Name`,
    [],
    zoneRow,
  );
  return new Map(
    rows.map(({ name, leap, rules, hash }) => {
      const object = { kind: TIME_ZONE, parts: [name] };
      return [objectKey(object), { ...object, attributes: { leap, rules: String(rules), digest: hash } }];
    }),
  );
}
