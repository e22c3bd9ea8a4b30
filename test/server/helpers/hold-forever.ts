import { silent } from "@gtid-ferry/engine/operation";
import { openRoute, routeOptions } from "@gtid-ferry/engine/traffic";

/** Arms and holds a route and then never lets go: `hold-forever.ts ROUTE SECONDS`. */
async function main(): Promise<void> {
  const route = openRoute(routeOptions.parse(JSON.parse(process.argv[2] ?? "")), silent);
  await route.arm?.(Number(process.argv[3]));
  await route.hold();
  console.log("held");
  setInterval(() => undefined, 1000);
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
