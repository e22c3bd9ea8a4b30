import { describe, expect, it } from "vitest";
import { parseConnections } from "../../../../engine/cli/connections-file.js";

const server = { host: "127.0.0.1", port: 3306, user: "admin", password: "hunter2" };

const messageFor = (value: unknown): string => {
  try {
    parseConnections(typeof value === "string" ? value : JSON.stringify(value));
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error("no mistake was found");
};

describe("parseConnections", () => {
  it.each([
    [{ source: server }],
    [{ target: server }],
    [{ source: { ...server, tls: { mode: "verify-ca", ca: "PEM" } }, target: { ...server, connectTimeoutSeconds: 3 } }],
    [
      {
        source: {
          ...server,
          via: { kind: "ssh", ssh: { host: "bastion", user: "ec2-user", knownHosts: "bastion ..." } },
        },
      },
    ],
    [{ target: { ...server, via: { kind: "port-forward", kubeconfig: "YAML", namespace: "shop", pod: "mysql-0" } } }],
  ])("takes %o as it is", (connections) =>
    expect(parseConnections(`${JSON.stringify(connections)}\n`)).toStrictEqual(connections),
  );

  it("names every mistake at once, each by its key, and no value", () => {
    const source = { ...server, port: "3306", pasword: "hunter2", tls: { mode: "verify-ca" } };
    const target = { host: "", port: 0, user: 7, tls: { mode: "hunter2" } };
    const message = messageFor({ source, target });
    expect(message.split("\n")).toEqual([
      "connections has 8 mistake(s)",
      "  connections.source.port: Invalid input: expected number, received string",
      "  connections.source.tls.ca: wanted the certificate authority (PEM), because the mode verifies it",
      '  connections.source: Unrecognized key: "pasword"',
      "  connections.target.host: Too small: expected string to have >=1 characters",
      "  connections.target.port: Too small: expected number to be >=1",
      "  connections.target.user: Invalid input: expected string, received number",
      "  connections.target.password: Invalid input: expected string, received undefined",
      '  connections.target.tls.mode: Invalid option: expected one of "disabled"|"required"|"verify-ca"|"verify-identity"',
    ]);
    expect(message).not.toContain("hunter2");
  });

  it("names mistakes on the way to a server", () => {
    const source = { ...server, via: { kind: "ssh", ssh: { host: "bastion", privateKey: "hunter2", port: 0 } } };
    const target = { ...server, via: { kind: "port-forward", kubeconfig: "hunter2", namespace: "" } };
    const message = messageFor({ source, target });
    expect(message.split("\n").slice(1)).toEqual([
      "  connections.source.via.ssh.port: Too small: expected number to be >=1",
      "  connections.source.via.ssh.user: Invalid input: expected string, received undefined",
      "  connections.target.via.namespace: Too small: expected string to have >=1 characters",
      "  connections.target.via.pod: Invalid input: expected string, received undefined",
    ]);
    expect(message).not.toContain("hunter2");
    expect(messageFor({ source: { ...server, via: { kind: "hunter2" } } })).not.toContain("hunter2");
  });

  it.each([
    ["", "connections is empty: did the command that writes them fail?"],
    ["\n", "connections is empty: did the command that writes them fail?"],
    ['"[secret]"\n', "connections is masked: give --show-secrets to pulumi stack output"],
    ["hunter2", "connections is not JSON: wanted what pulumi stack output connections --json prints"],
    ["[]", "connections has 1 mistake(s)\n  connections: Invalid input: expected object, received array"],
    ["{}", "connections has 1 mistake(s)\n  connections: wanted source, target or both"],
    [
      `{"connections": {"source": ${JSON.stringify(server)}}}`,
      'connections has 2 mistake(s)\n  connections: Unrecognized key: "connections"\n  connections: wanted source, target or both',
    ],
  ])("refuses %j", (text, message) => expect(messageFor(text)).toBe(message));
});
