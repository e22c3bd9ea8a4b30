import type { Duplex } from "node:stream";
import type { ConnectionOptions as DriverOptions, SslOptions } from "mysql2/promise";
import type { ConnectionOptions, TlsOptions } from "./connection-options.js";

export interface DriverSession {
  readonly programName: string;
  readonly batches: boolean;
  readonly timeoutMilliseconds: number;
  /** The way to the server, where it is no connection of the driver's own. */
  readonly stream?: Duplex;
}

/** What mysql2 takes to open one connection. */
export function driverOptions(options: ConnectionOptions, session: DriverSession): DriverOptions {
  const ssl = sslOptions(options.tls ?? { mode: "required" });
  return {
    host: options.host,
    port: options.port,
    user: options.user,
    password: options.password,
    ...(ssl === undefined ? {} : { ssl }),
    ...(session.stream === undefined ? {} : { stream: session.stream }),
    // 0 would be no limit at all.
    connectTimeout: Math.max(session.timeoutMilliseconds, 1),
    supportBigNumbers: true,
    dateStrings: true,
    charset: "utf8mb4",
    connectAttributes: { program_name: session.programName },
    multipleStatements: session.batches,
  };
}

function sslOptions(tls: TlsOptions): SslOptions | undefined {
  switch (tls.mode) {
    case "disabled":
      return undefined;
    case "required":
      return { rejectUnauthorized: false };
    case "verify-ca":
    case "verify-identity":
      return {
        ...(tls.ca === undefined ? {} : { ca: tls.ca }),
        rejectUnauthorized: true,
        verifyIdentity: tls.mode === "verify-identity",
      };
  }
}
