import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";

/** Names that sources use, with the files that do. */
export type Used = ReadonlyMap<string, ReadonlySet<string>>;

/** What the project's sources ask MySQL for, by kind. */
export interface NamesUsed {
  /** Words in capitals with an underscore: of any text. */
  readonly capitals: Used;
  /** Words in capitals of SQL, outside of its quotes. */
  readonly words: Used;
  readonly statements: Used;
  readonly views: Used;
  /** Names of variables: `@@name` of any text, words of SQL, whole texts and properties that are a variable's name. */
  readonly variables: Used;
  /** Whole numbers as large as error numbers, and the numbers and names of errors in texts. */
  readonly numbers: Used;
}

const VERB =
  /^\s*(?:SELECT|INSERT|UPDATE|DELETE|CREATE|DROP|ALTER|SET|SHOW|START|STOP|RESET|CHANGE|FLUSH|KILL|GRANT|REVOKE|XA|LOCK|UNLOCK|INSTALL|UNINSTALL|CLONE|PURGE|DO|BEGIN|COMMIT|ROLLBACK|EXPLAIN|WITH|ANALYZE|CALL|REPLACE|TRUNCATE|RENAME|CHECKSUM|OPTIMIZE|CHECK|USE)\b(?! [a-z])/;
/** Stands for what a template puts in. */
const HOLE = "\u0001";

/** The TypeScript files under folders or at paths. */
export function* sourceFiles(...paths: readonly string[]): Generator<string> {
  for (const path of paths) {
    if (statSync(path).isDirectory()) {
      const names = readdirSync(path).filter((name) => name !== "node_modules" && name !== "dist");
      yield* sourceFiles(...names.map((name) => join(path, name)));
    } else if (path.endsWith(".ts")) yield path;
  }
}

/** Finds the names in the files' texts; comments and regular expressions are none. */
export function namesUsed(files: Iterable<string>, isVariable: (name: string) => boolean): NamesUsed {
  const [capitals, words, statements, views, variables, numbers] = Array.from(
    { length: 6 },
    () => new Map<string, Set<string>>(),
  ) as [Found, Found, Found, Found, Found, Found];
  for (const file of files) {
    const { literals, names, integers, commands } = textsOf(file);
    for (const integer of integers) add(numbers, integer, file);
    for (const name of [...names, ...literals]) {
      if (name.includes("_") && isVariable(name)) add(variables, name, file);
    }
    for (const text of literals) {
      addAll(capitals, text, /\b[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+\b(?!_)/g, file);
      addAll(numbers, text, /\b(?:ER|WARN|CR)_[A-Z0-9_]+\b|\bMY-0\d+\b/g, file);
      addAll(views, text, /\b(?:performance_schema|information_schema|mysql|sys)\.[A-Za-z_]+\b(?!\*)/g, file);
      addAll(variables, text, /@@(?:(?:global|session|GLOBAL|SESSION)\.)?([a-z_]+[a-z])/g, file);
    }
    for (const text of [...literals, ...commands].filter((each) => VERB.test(each))) {
      const sql = text.replace(/'[^']*'/g, "''");
      addAll(words, sql, /(?<!\$|\{)\b[A-Z][A-Z0-9_]*\b/g, file);
      add(statements, /^\s*([A-Z_]+(?: [A-Z_]+)*)/.exec(sql)?.[1] ?? sql, file);
      addAll(variables, text, /@@(?:(?:global|session|GLOBAL|SESSION)\.)?([a-z_]+[a-z])/g, file);
      for (const [name] of sql.matchAll(/\b[a-z][a-z0-9]*(?:_[a-z0-9]+)+\b/g)) {
        if (isVariable(name)) add(variables, name, file);
      }
    }
  }
  return { capitals, words, statements, views, variables, numbers };
}

type Found = Map<string, Set<string>>;

function add(found: Found, name: string, file: string): void {
  found.set(name, (found.get(name) ?? new Set()).add(file));
}

function addAll(found: Found, text: string, pattern: RegExp, file: string): void {
  for (const [whole, part] of text.matchAll(pattern)) add(found, part ?? whole, file);
}

interface Texts {
  readonly literals: readonly string[];
  /** Of properties. */
  readonly names: readonly string[];
  readonly integers: readonly string[];
  /** What a shell script has in quotes. */
  readonly commands: readonly string[];
}

function textsOf(file: string): Texts {
  const text = readFileSync(file, "utf8");
  const [literals, names, integers]: [string[], string[], string[]] = [[], [], []];
  if (file.endsWith(".sh")) {
    const code = text.replace(/^\s*#.*$/gm, "");
    const commands = [...code.matchAll(/"([^"]*)"|'([^']*)'/g)].map(([, double, single]) => double ?? single ?? "");
    return { literals, names, integers, commands };
  }
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return;
    if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) literals.push(node.text);
    else if (ts.isTemplateExpression(node)) {
      literals.push(node.head.text + node.templateSpans.map((span) => HOLE + span.literal.text).join(""));
    } else if (ts.isPropertyAssignment(node) && ts.isIdentifier(node.name)) names.push(node.name.text);
    else if (ts.isNumericLiteral(node) && /^\d{4,5}$/.test(node.getText())) integers.push(node.text);
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true));
  return { literals, names, integers, commands: [] };
}
