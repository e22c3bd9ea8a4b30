import { checkOn, type Finding } from "../../operation/index.js";
import { counted, enumerate } from "../listing.js";
import type { LoadedLibrary, PreflightContext, ServerObservation } from "../observation.js";
import { judge } from "./judge.js";

/** Have checks of their own, or belong to the role that a server has. */
const LEFT_OUT = /^(mysql_clone|semisync_|group_replication|keyring_|component_keyring_|file:\/\/component_keyring_)/;

/** Built into every server of the supported releases. */
const BUILT_IN = new Set(["caching_sha2_password", "sha256_password", "mysql_native_password"]);

/** What the source has loaded from files that a target may not have. */
export function checkLibraries(source: ServerObservation, context: PreflightContext): Finding[] {
  if (context.purpose === "switchover") return [];
  const check = checkOn(
    source.label,
    "loaded-libraries",
    "no plugin, component or loadable function beside the server's own",
  );
  return [
    judge(check, source.libraries, (libraries) => {
      const own = libraries.filter(({ file }) => !LEFT_OUT.test(file));
      if (own.length === 0) return check.ok("none");
      return check.warning(
        enumerate(own.map(describe)),
        "give the target's image these files in its plugin directory, or uninstall what nobody needs; what my.cnf loads (plugin_load_add, early_plugin_load) also belongs into the target's settings",
      );
    }),
    ...checkAuthentication(source, undefined),
    checkXProtocol(source),
  ];
}

/** What the source has loaded and the target has not. */
export function checkLibrariesPair(source: ServerObservation, target: ServerObservation): Finding[] {
  const check = checkOn(
    target.label,
    "loaded-libraries",
    "every plugin, component and loadable function of the source",
  );
  return [
    judge(check, source.libraries, (wanted) =>
      judge(check, target.libraries, (there) => {
        const has = new Set(there.map(({ kind, name }) => `${kind} ${name}`));
        const missing = wanted.filter(({ kind, name, file }) => !LEFT_OUT.test(file) && !has.has(`${kind} ${name}`));
        if (missing.length === 0) return check.ok(wanted.length === 0 ? "the source has none" : "all there");
        return check.warning(
          `lacks ${enumerate(missing.map(describe))}`,
          "give the target's image these files in its plugin directory and restart it, or uninstall them on the source",
        );
      }),
    ),
    ...checkAuthentication(source, target),
  ];
}

function describe({ kind, name, type, file }: LoadedLibrary): string {
  const what = type === "" ? kind : `${type.toLowerCase()} ${kind}`;
  return name === file ? `${what} ${name}` : `${what} ${name} (${file})`;
}

/** An account whose plugin is not loaded cannot log in. */
function checkAuthentication(source: ServerObservation, target: ServerObservation | undefined): Finding[] {
  const check = checkOn(
    (target ?? source).label,
    "authentication-plugins",
    "accounts that log in by plugins that both servers have",
  );
  return [
    judge(check, source.authentication, (plugins) => {
      // mysql_native_password has a check of its own.
      const used = plugins.filter(({ plugin, isActive }) => plugin !== "mysql_native_password" && isActive);
      if (target === undefined) {
        const others = used.filter(({ plugin }) => !BUILT_IN.has(plugin));
        if (others.length === 0) return check.ok(used.map(({ plugin }) => plugin).join(", "));
        const names = others.map(({ plugin, accounts }) => `${plugin} (${counted(accounts, "account")})`);
        return check.warning(enumerate(names), "give the target's image these plugins, or change the accounts' plugin");
      }
      return judge(check, target.authentication, (there) => {
        const active = new Set(there.filter(({ isActive }) => isActive).map(({ plugin }) => plugin));
        const missing = used.filter(({ plugin }) => !active.has(plugin));
        if (missing.length === 0) return check.ok("all there");
        const names = missing.map(({ plugin, accounts }) => `${plugin} (${counted(accounts, "account")})`);
        return check.blocker(
          `lacks ${enumerate(names)}: these accounts cannot log in after the cutover`,
          "load the plugin on the target (plugin_load_add in its settings), or change the accounts' plugin on the source",
        );
      });
    }),
  ];
}

function checkXProtocol(source: ServerObservation): Finding {
  const check = checkOn(source.label, "x-protocol", "no application that uses the X Protocol");
  return judge(check, source.xConnections, (accepted) =>
    accepted === 0
      ? check.ok("no connection since the server's start")
      : check.warning(
          `${counted(accepted, "connection")} since the server's start`,
          "the target has mysqlx=OFF: let these applications use the classic protocol",
        ),
  );
}
