import { addressOf, type ConnectionOptions, compareVersions, errnoOf, MysqlServer } from "../mysql/index.js";
import { checkOn, FerryError, type Finding, messageOf } from "../operation/index.js";
import {
  checkPair,
  checkPlannedTarget,
  checkSource,
  checkSourceAccounts,
  checkTarget,
  checkVersion,
} from "./checks/index.js";
import type { PreflightContext, Role, ServerObservation } from "./observation.js";
import { observePair, observeServer, readVersionText } from "./observe/server.js";
import { checkPlannedSettings, checkUpgrade } from "./upgrade/check-upgrade.js";

export interface PreflightRequest extends PreflightContext {
  readonly source: ConnectionOptions;
  readonly target?: ConnectionOptions;
}

/** One server after its pass: open for the pair's questions if all went well, otherwise with the reason. */
interface Looked {
  readonly server?: MysqlServer;
  readonly observation?: ServerObservation;
  readonly findings: readonly Finding[];
}

/**
 * Looks at both servers in one pass and returns every finding at once, those that are well included. A server that
 * cannot be reached or observed is a blocker like any other, so nothing that concerns a server is thrown.
 */
export async function runPreflight(request: PreflightRequest): Promise<Finding[]> {
  const [source, target] = await Promise.all([
    look(request.source, "source", request),
    request.target === undefined ? undefined : look(request.target, "target", request),
  ]);
  try {
    return [
      ...source.findings,
      ...(target?.findings ?? []),
      ...(source.observation === undefined ? [] : checkSource(source.observation, request)),
      ...(source.observation === undefined
        ? []
        : checkSourceAccounts(source.observation, target?.observation, request)),
      ...(target?.observation === undefined ? [] : checkTarget(target.observation, request)),
      ...(source.observation === undefined || target !== undefined
        ? []
        : checkPlannedTarget(source.observation, request)),
      ...(await pairFindings(source, target, request)),
      ...(await upgradeFindings(source, target?.observation, request)),
    ];
  } finally {
    await Promise.all([source.server?.close(), target?.server?.close()]);
  }
}

async function look(options: ConnectionOptions, role: Role, context: PreflightContext): Promise<Looked> {
  const name = context.names?.[role] ?? role;
  const connection = checkOn(`${name} ${addressOf(options)}`, "connection", "a connection as an administrator");
  let server: MysqlServer;
  try {
    server = await MysqlServer.connect(options, name);
  } catch (error) {
    if (!(error instanceof FerryError)) throw error;
    return { findings: [connection.blocker(error.problem.seen, error.problem.next)] };
  }
  try {
    const version = checkVersion(server.label, await readVersionText(server));
    const findings = [connection.ok(`connected as ${options.user}`), version];
    if (version.severity !== "ok") {
      await server.close();
      return { findings };
    }
    return { server, observation: await observeServer(server, role, context), findings };
  } catch (error) {
    await server.close();
    return { findings: [unobserved(server.label, error)] };
  }
}

/** Where the target's series is a newer one, or its release after one that changed something within the series. */
async function upgradeFindings(
  source: Looked,
  target: ServerObservation | undefined,
  context: PreflightContext,
): Promise<Finding[]> {
  const { server, observation } = source;
  if (server === undefined || observation === undefined || context.purpose === "switchover") return [];
  const from = observation.facts.version;
  const { plannedTarget } = context;
  const to = target?.facts.version ?? plannedTarget?.version;
  if (to === undefined || compareVersions(from, to) >= 0) return [];
  try {
    return [
      ...(plannedTarget === undefined ? [] : checkPlannedSettings(server.label, from, plannedTarget)),
      ...(await checkUpgrade(server, from, to)),
    ];
  } catch (error) {
    return [unobserved(server.label, error)];
  }
}

async function pairFindings(source: Looked, target: Looked | undefined, context: PreflightContext): Promise<Finding[]> {
  if (source.server === undefined || source.observation === undefined) return [];
  if (target?.server === undefined || target.observation === undefined) return [];
  try {
    const pair = await observePair(
      { server: source.server, facts: source.observation.facts },
      { server: target.server, facts: target.observation.facts },
    );
    return checkPair(source.observation, target.observation, pair, context);
  } catch (error) {
    return [unobserved(target.server.label, error)];
  }
}

/** Errors of the server or of the network are findings; anything else is a fault of the program and goes on. */
function unobserved(label: string, error: unknown): Finding {
  if (!(error instanceof FerryError) && errnoOf(error) === undefined) throw error;
  const check = checkOn(label, "observation", "a server that answers every question");
  return check.blocker(messageOf(error), "look into the server's error log, then run again");
}
