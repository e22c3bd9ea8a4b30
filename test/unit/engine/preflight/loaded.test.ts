import { describe, expect, it } from "vitest";
import { checkLibraries, checkLibrariesPair } from "../../../../engine/preflight/checks/loaded.js";
import type { LoadedLibrary, ServerObservation } from "../../../../engine/preflight/observation.js";
import { PREPARE, SWITCHOVER, sourceWith, targetWith } from "./observations.js";

const AUDIT: LoadedLibrary = { kind: "plugin", name: "audit_log", type: "AUDIT", file: "audit_log.so" };
const CLONE: LoadedLibrary = { kind: "plugin", name: "clone", type: "CLONE", file: "mysql_clone.so" };
const COMPONENT = "file://component_validate_password";
const PASSWORDS: LoadedLibrary = { kind: "component", name: COMPONENT, type: "", file: COMPONENT };
const FUNCTION: LoadedLibrary = { kind: "function", name: "lib_mysqludf_now", type: "", file: "udf.so" };
const SOCKET = { plugin: "auth_socket", accounts: 2, isActive: true };
const SHA2 = { plugin: "caching_sha2_password", accounts: 5, isActive: true };

const brief = (findings: ReturnType<typeof checkLibraries>) =>
  findings.filter(({ severity }) => severity !== "ok").map(({ check, severity, seen }) => [check, severity, seen]);

describe("what the source has loaded", () => {
  const found = (changes: Partial<ServerObservation>) => brief(checkLibraries(sourceWith(changes), PREPARE));

  it("is nothing, or what the migration itself needs", () => {
    expect(found({})).toEqual([]);
    expect(found({ libraries: { value: [CLONE] } })).toEqual([]);
  });

  it("is named, because the target has to have it", () => {
    expect(found({ libraries: { value: [AUDIT, PASSWORDS, FUNCTION] } })).toEqual([
      [
        "loaded-libraries",
        "warning",
        `audit plugin audit_log (audit_log.so), component ${COMPONENT}, function lib_mysqludf_now (udf.so)`,
      ],
    ]);
  });

  it("are plugins by which accounts log in", () => {
    expect(found({ authentication: { value: [SHA2, SOCKET] } })).toEqual([
      ["authentication-plugins", "warning", "auth_socket (2 accounts)"],
    ]);
    // Nobody can log in by it on the source either.
    expect(found({ authentication: { value: [{ ...SOCKET, isActive: false }] } })).toEqual([]);
  });

  it("is the X Protocol where somebody uses it", () => {
    expect(found({ xConnections: { value: 4 } })).toEqual([
      ["x-protocol", "warning", "4 connections since the server's start"],
    ]);
  });

  it("is not looked at again before a switchover", () => {
    expect(checkLibraries(sourceWith({ libraries: { value: [AUDIT] } }), SWITCHOVER)).toEqual([]);
  });
});

describe("what the target lacks", () => {
  const found = (source: Partial<ServerObservation>, target: Partial<ServerObservation>) =>
    brief(checkLibrariesPair(sourceWith(source), targetWith(target)));

  it("is named", () => {
    expect(found({ libraries: { value: [AUDIT, CLONE] } }, { libraries: { value: [AUDIT] } })).toEqual([]);
    expect(found({ libraries: { value: [AUDIT, FUNCTION] } }, { libraries: { value: [AUDIT] } })).toEqual([
      ["loaded-libraries", "warning", "lacks function lib_mysqludf_now (udf.so)"],
    ]);
  });

  it("is a blocker where accounts log in by it", () => {
    const source = { authentication: { value: [SHA2, SOCKET] } };
    expect(found(source, { authentication: { value: [SHA2, SOCKET] } })).toEqual([]);
    expect(found(source, { authentication: { value: [SHA2, { ...SOCKET, isActive: false }] } })).toEqual([
      [
        "authentication-plugins",
        "blocker",
        "lacks auth_socket (2 accounts): these accounts cannot log in after the cutover",
      ],
    ]);
  });
});
