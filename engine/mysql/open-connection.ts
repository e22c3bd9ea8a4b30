import type { Duplex } from "node:stream";
import { createConnection } from "mysql2";
import type { Connection, ConnectionOptions as DriverOptions } from "mysql2/promise";
import { openTunnel } from "../tunnel/index.js";
import type { ConnectionOptions } from "./connection-options.js";
import { driverOptions } from "./driver-options.js";

export interface SessionOptions {
  /** Allows several statements in one round trip. @default false */
  readonly batches?: boolean;
  /** How the server's process list tells this connection from others of this tool. @default "gtid-ferry" */
  readonly programName?: string;
}

/** A connection and the tunnel that it goes through, if it does. */
export interface OpenConnection {
  readonly connection: Connection;
  readonly tunnel: Duplex | undefined;
}

const DEFAULT_TIMEOUT_SECONDS = 10;

/** Opens the tunnel, if there is one, and logs in; whatever fails, nothing stays open. */
export async function openConnection(options: ConnectionOptions, session: SessionOptions): Promise<OpenConnection> {
  const timeoutSeconds = options.connectTimeoutSeconds ?? DEFAULT_TIMEOUT_SECONDS;
  const deadline = Date.now() + timeoutSeconds * 1000;
  const { via = { kind: "direct" } } = options;
  const tunnel = via.kind === "direct" ? undefined : await openTunnel(via, options, timeoutSeconds);
  try {
    // The driver would wait for a stream that has ended before it looked.
    if (tunnel?.destroyed === true) throw new Error("the server closed the connection at once");
    const connection = await logIn(
      driverOptions(options, {
        programName: session.programName ?? "gtid-ferry",
        batches: session.batches ?? false,
        timeoutMilliseconds: deadline - Date.now(),
        ...(tunnel === undefined ? {} : { stream: tunnel }),
      }),
    );
    return { connection, tunnel };
  } catch (error) {
    tunnel?.destroy();
    throw tunnel?.errored ?? error;
  }
}

function logIn(options: DriverOptions): Promise<Connection> {
  const connection = createConnection(options);
  return new Promise((resolve, reject) => {
    connection.once("connect", () => resolve(connection.promise()));
    // A dropped connection surfaces in the next query; without a listener Node would end the process.
    connection.on("error", reject);
  });
}
