import type { Finding, Severity } from "./finding.js";

const ORDER: readonly Severity[] = ["blocker", "warning", "ok"];

/** Columns of a terminal that texts are wrapped to. */
const WIDTH = 120;

/** A table for people: worst first, one row per finding, what to do below it, and a line of totals. */
export function formatFindings(findings: readonly Finding[]): string {
  const sorted = ORDER.flatMap((severity) => findings.filter((finding) => finding.severity === severity));
  const severityWidth = widest(["severity", ...sorted.map(({ severity }) => severity)]);
  const checkWidth = widest(["check", ...sorted.map(({ check }) => check)]);
  const serverWidth = widest(["server", ...sorted.map(({ server }) => server)]);
  const indent = severityWidth + checkWidth + serverWidth + 6;
  // On long addresses the text still gets a readable column; the line then is wider than the terminal.
  const textWidth = Math.max(WIDTH - indent, 40);
  const row = (severity: string, check: string, server: string, text: readonly string[]) => {
    const [first = "", ...rest] = text;
    const head = `${severity.padEnd(severityWidth)}  ${check.padEnd(checkWidth)}  ${server.padEnd(serverWidth)}  ${first}`;
    return [head, ...rest.map((line) => `${" ".repeat(indent)}${line}`)].map((line) => line.trimEnd()).join("\n");
  };
  const rows = sorted.map((finding) => row(finding.severity, finding.check, finding.server, text(finding, textWidth)));
  return [row("severity", "check", "server", ["found"]), ...rows, totals(findings)].join("\n");
}

function text({ severity, seen, wanted, fix }: Finding, width: number): string[] {
  if (severity === "ok") return wrap(seen, width);
  return [...wrap(seen, width), ...wrap(`wanted: ${wanted}`, width), ...wrap(`fix: ${fix}`, width)];
}

function totals(findings: readonly Finding[]): string {
  return ORDER.map((severity) => {
    const count = findings.filter((finding) => finding.severity === severity).length;
    return severity === "ok" ? `${count} ok` : `${count} ${severity}${count === 1 ? "" : "s"}`;
  }).join(", ");
}

/** Breaks at spaces and keeps line breaks with their indentation; a word longer than the width stays whole. */
function wrap(paragraphs: string, width: number): string[] {
  return paragraphs.split("\n").flatMap((paragraph) => {
    const indent = /^ */.exec(paragraph)?.[0] ?? "";
    const lines: string[] = [];
    let line = "";
    for (const word of paragraph.trim().split(/ +/)) {
      const longer = line === "" ? indent + word : `${line} ${word}`;
      if (longer.length <= width || line === "") line = longer;
      else {
        lines.push(line);
        line = `${indent}  ${word}`;
      }
    }
    return [...lines, line];
  });
}

function widest(texts: readonly string[]): number {
  return Math.max(...texts.map((value) => value.length));
}
