import { describe, expect, it } from "vitest";
import { ConnectionLostError, NoSuchHostError } from "../../../../engine/hosts/index.js";
import { connectionError, isNobodyListening, isUnreachable } from "../../../../engine/mysql/connection-error.js";
import { addressOf, codeOf, errnoOf } from "../../../../engine/mysql/index.js";
import { FerryError } from "../../../../engine/operation/index.js";

const OPTIONS = { host: "10.20.1.5", port: 3306, user: "admin", password: "hunter2-secret" } as const;
const failed = (code: string, message: string) => Object.assign(new Error(message), { code });

describe("connectionError", () => {
  it.each([
    ["ER_ACCESS_DENIED_ERROR", "a login with the configured user and password"],
    ["ER_NOT_SUPPORTED_AUTH_MODE", "an account that uses caching_sha2_password"],
    ["ECONNREFUSED", "a server that listens there"],
    ["ENOTFOUND", "a host name that resolves"],
    ["EHOSTUNREACH", "a route to the host"],
    ["ETIMEDOUT", "an answer in time"],
    ["HANDSHAKE_NO_SSL_SUPPORT", "TLS"],
    ["HANDSHAKE_SSL_ERROR", "a certificate that the configured authority signed"],
    ["SOMETHING_ELSE", "a connection"],
  ])("says what to do about %s", (code, wanted) => {
    const { problem } = connectionError(OPTIONS, "source", failed(code, "went wrong"));
    expect(problem).toMatchObject({
      failed: "connecting as admin",
      where: "source 10.20.1.5:3306",
      seen: `${code}: went wrong`,
      wanted,
    });
    expect(problem.next).not.toBe("");
  });

  it("does not say the code twice", () => {
    const error = failed("ECONNREFUSED", "connect ECONNREFUSED 10.20.1.5:3306");
    expect(connectionError(OPTIONS, "target", error).problem.seen).toBe("connect ECONNREFUSED 10.20.1.5:3306");
  });

  it("never holds the password, and keeps the cause", () => {
    const cause = failed("ECONNREFUSED", "connect ECONNREFUSED");
    const error = connectionError(OPTIONS, "source", cause);
    expect(`${error.message}${JSON.stringify(error.problem)}`).not.toContain(OPTIONS.password);
    expect(error.cause).toBe(cause);
  });

  it("says of a tunnel what failed there, and what to do about that", () => {
    const problem = { failed: "logging in", where: "ssh a@b:22", seen: "no key", wanted: "a key", next: "give one" };
    const cause = new FerryError(problem, { cause: failed("ECONNREFUSED", "connect ECONNREFUSED") });
    const error = connectionError(OPTIONS, "source", cause);
    expect(error.problem).toEqual({
      failed: "connecting as admin",
      where: "source 10.20.1.5:3306",
      seen: "logging in failed on ssh a@b:22: no key",
      wanted: "a key",
      next: "give one",
    });
    expect(isNobodyListening(error.cause)).toBe(false);
  });

  it("takes what is thrown without being an error", () => {
    expect(connectionError(OPTIONS, "source", "odd").problem.seen).toBe("odd");
  });
});

it("tells codes and numbers from everything else", () => {
  expect([codeOf(failed("X", "")), codeOf(new Error("")), codeOf({ code: 5 }), codeOf(null)]).toEqual([
    "X",
    undefined,
    undefined,
    undefined,
  ]);
  expect([errnoOf({ errno: 1290 }), errnoOf({ errno: "1290" }), errnoOf(undefined)]).toEqual([
    1290,
    undefined,
    undefined,
  ]);
});

it("knows a host without a server from a host without an answer", () => {
  expect(isNobodyListening(failed("ECONNREFUSED", ""))).toBe(true);
  expect(isNobodyListening(failed("ETIMEDOUT", ""))).toBe(false);
});

it("knows what does not answer at all from what answers and refuses", () => {
  const problem = { failed: "connecting", where: "host b", seen: "no answer", wanted: "one", next: "wait" };
  const silent = ["ECONNREFUSED", "ETIMEDOUT", "EHOSTUNREACH", "ENETUNREACH", "ENOTFOUND"].map((code) =>
    failed(code, ""),
  );
  const unreachable = [...silent, new ConnectionLostError(problem), new NoSuchHostError(problem)];
  expect(unreachable.map(isUnreachable)).toEqual(unreachable.map(() => true));
  const codes = ["ER_ACCESS_DENIED_ERROR", "HANDSHAKE_SSL_ERROR", "HANDSHAKE_NO_SSL_SUPPORT", "EAI_AGAIN"];
  const present = [...codes.map((code) => failed(code, "")), new FerryError(problem), undefined];
  expect(present.map(isUnreachable)).toEqual(present.map(() => false));
});

it("writes addresses so that a port can be told from an IPv6 host", () => {
  expect(addressOf({ host: "::1", port: 3306 })).toBe("[::1]:3306");
  expect(addressOf({ host: "db.internal", port: 3307 })).toBe("db.internal:3307");
});
