import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { optionFile, quoteOptionValue } from "../../../../engine/mysql/option-file.js";

const source = { host: "10.1.2.3", port: 3306, user: "backup", password: 'it\'s #1 \\ "x"' };

/** The server's own rules (mysys/my_default.cc): one pair of quotes goes, then backslash sequences are replaced. */
function readAsMysqlDoes(quoted: string): string {
  const sequences: Record<string, string> = {
    n: "\n",
    r: "\r",
    t: "\t",
    b: "\b",
    s: " ",
    '"': '"',
    "'": "'",
    "\\": "\\",
  };
  return quoted.slice(1, -1).replaceAll(/\\(.)/gs, (whole: string, next: string) => sequences[next] ?? whole);
}

describe("quoteOptionValue", () => {
  it.each([
    ["plain", '"plain"'],
    ["a#b", '"a#b"'],
    ['say "hi"', '"say \\"hi\\""'],
    ["it's", '"it\'s"'],
    ["back\\slash\\n", '"back\\\\slash\\\\n"'],
    ["  blanks  ", '"  blanks  "'],
    ["tab\tline\nend\r", '"tab\\tline\\nend\\r"'],
    ["", '""'],
  ])("%j", (value, quoted) => {
    expect(quoteOptionValue(value)).toBe(quoted);
  });

  it("comes back unchanged and stays on one line", () => {
    fc.assert(
      fc.property(
        fc.string().filter((value) => !value.includes("\0")),
        (value) => {
          const quoted = quoteOptionValue(value);
          expect(quoted).not.toMatch(/[\r\n]/);
          expect(readAsMysqlDoes(quoted)).toBe(value);
        },
      ),
    );
  });

  it("refuses NUL", () => {
    expect(() => quoteOptionValue("a\0b")).toThrow("NUL");
  });
});

describe("optionFile", () => {
  it("holds the login for the client and for xtrabackup in group [client] alone, with TLS required by default", () => {
    const lines = [
      "[client]",
      'user="backup"',
      'password="it\'s #1 \\\\ \\"x\\""',
      'host="10.1.2.3"',
      "port=3306",
      "protocol=TCP",
      "ssl-mode=REQUIRED",
    ];
    expect(optionFile(source)).toBe([...lines, ""].join("\n"));
  });

  it("names the loopback address for localhost, which is the default socket to xtrabackup", () => {
    expect(optionFile({ ...source, host: "localhost" })).toContain('host="127.0.0.1"\n');
    const verify = { ...source, host: "localhost", tls: { mode: "verify-identity" } } as const;
    expect(optionFile(verify)).toContain('host="localhost"\n');
  });

  it("uses a socket instead of the address", () => {
    const text = optionFile(source, { socket: "/run/mysqld.sock" });
    expect(text).toContain('socket="/run/mysqld.sock"\nprotocol=SOCKET\n');
    expect(text).not.toMatch(/host=|port=|ssl-mode/);
  });

  it("keeps TLS over a socket that leads to the server's port", () => {
    const text = optionFile(source, { tunnelSocket: "/private/tunnel.sock" });
    expect(text).toContain('socket="/private/tunnel.sock"\nprotocol=SOCKET\nssl-mode=REQUIRED\n');
    expect(text).not.toMatch(/host=|port=/);
  });

  it("names the authority when it verifies, and asks for the server's key without TLS", () => {
    const verify = { ...source, tls: { mode: "verify-identity", ca: "PEM" } } as const;
    expect(optionFile(verify, { caPath: "/job/ca.pem" })).toContain('ssl-mode=VERIFY_IDENTITY\nssl-ca="/job/ca.pem"\n');
    expect(optionFile({ ...source, tls: { mode: "disabled" } })).toContain(
      "ssl-mode=DISABLED\nloose-get-server-public-key\n",
    );
  });
});
