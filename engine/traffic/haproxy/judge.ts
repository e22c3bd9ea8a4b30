import type { RouteState } from "../route.js";
import type { HaproxyOptions } from "./options.js";
import { findRow, isHeld, type StatisticsRow } from "./statistics.js";

export type Judgement =
  | {
      readonly state: RouteState;
      /** The frontend's own limit of connections; undefined while a hold hides it. */
      readonly limit: number | undefined;
    }
  | { readonly unfit: string; readonly wanted: string };

/** Gets no new connections, by its administrator's order; anything else does, or would if it were up. */
const OUT_OF_USE = /^(MAINT|DRAIN)/;

/** Where a route leads by HAProxy's statistics, or why it cannot be a route. */
export function judge(
  rows: readonly StatisticsRow[],
  { frontend, backend, servers }: Pick<HaproxyOptions, "frontend" | "backend" | "servers">,
): Judgement {
  const places = [
    [frontend, "FRONTEND"],
    ...Object.values(servers).map((server) => [backend, server] as const),
  ] as const;
  const missing = places.find(([proxy, server]) => findRow(rows, proxy, server) === undefined);
  if (missing !== undefined) {
    const known = rows.map(({ pxname, svname }) => `${pxname}/${svname}`).join(", ");
    return { unfit: `no ${missing.join("/")}; there is ${known || "nothing"}`, wanted: missing.join("/") };
  }
  const inUse = rows.filter(
    ({ pxname, type, bck, status }) =>
      pxname === backend && type === SERVER && bck === "0" && !OUT_OF_USE.test(status ?? ""),
  );
  const others = inUse.filter(({ svname }) => !Object.values(servers).includes(svname ?? ""));
  if (others.length > 0) {
    const names = others.map(({ svname }) => `${backend}/${svname}`).join(", ");
    return { unfit: `${names} gets connections too`, wanted: `no server but ${Object.values(servers).join(" and ")}` };
  }
  if (isHeld(rows, frontend)) return { state: "held", limit: undefined };
  return { state: led(inUse, servers), limit: Number(findRow(rows, frontend, "FRONTEND")?.slim) };
}

/** In the column `type`; 0 is a frontend, 1 a backend. */
const SERVER = "2";

function led(inUse: readonly StatisticsRow[], servers: HaproxyOptions["servers"]): RouteState {
  if (inUse.length !== 1) return "elsewhere";
  return Object.keys(servers).find((name) => servers[name] === inUse[0]?.svname) ?? "elsewhere";
}
