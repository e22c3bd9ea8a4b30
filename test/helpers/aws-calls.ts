import { aws } from "../doubles/aws-cli/tool.js";

/** Why that version of the AWS CLI would not take a call, given as its words with a blank between them. */
export function refusals(major: 1 | 2, call: string): string[] {
  const lines: string[] = [];
  aws(call.split(" "), { major, answer: () => ({}), print: () => undefined, log: (line) => lines.push(line) });
  return lines;
}
