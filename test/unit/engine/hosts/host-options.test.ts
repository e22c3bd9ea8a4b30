import { describe, expect, it } from "vitest";
import { type HostOptions, parseHostOptions } from "../../../../engine/hosts/host-options.js";

const bastion = { host: "bastion", user: "jump", agentSocket: "/run/agent", hostKeyFingerprint: "SHA256:x" };

describe("parseHostOptions", () => {
  it.each<HostOptions>([
    { kind: "local" },
    { kind: "ssh", host: "10.0.0.5", port: 2222, user: "u", privateKey: "k", knownHosts: "l", bastion },
    { kind: "ssm", instanceId: "i-1", region: "eu-central-1" },
  ])("reads %j", (options) => {
    expect(parseHostOptions(JSON.stringify(options), "access")).toEqual(options);
  });

  it.each([
    ["", "no JSON"],
    ["privateKey: topsecret", "no JSON"],
    ['"topsecret"', "access: "],
    ['{"kind":"telnet","password":"topsecret"}', "access.kind: "],
    ['{"kind":"ssh","user":"u","privateKey":"topsecret"}', "access.host: "],
    ['{"kind":"ssh","host":"h","user":"u","bastion":{"host":"b","user":"u","bastion":{}}}', "access.bastion: "],
    ['{"kind":"ssh","host":"h","user":"u","hostKeyFingerprint":"MD5:topsecret"}', "access.hostKeyFingerprint: "],
    ['{"kind":"ssh","host":"h","user":"u","password":"topsecret"}', "password"],
    ['{"kind":"ssm","instanceId":"i-1"}', "access.region: "],
  ])("refuses %j", (json, seen) => {
    const parse = () => parseHostOptions(json, "access");
    expect(parse).toThrow(seen);
    expect(parse).not.toThrow("topsecret");
  });
});
