import type { Random } from "../random.js";

/** Every name that the comparison's own statements use for something: a user's object may have each of them. */
export const OWN_NAMES = [
  ...["bucket", "rows", "hash", "hashed", "first_rows", "sums", "copies", "gtid_ferry_row", "gtid_ferry"],
  ...["k0", "k1", "parts", "member", "element", "schema", "table", "name", "type", "column", "prefix", "nullable"],
  ...["definition", "extra", "characterSet", "collation", "createdAt", "bytes", "id", "next", "owned", "executed"],
  ...["uuid", "version", "machine", "running", "leap", "rules", "from", "n", "z", "t", "y", "PRIMARY", "BINARY"],
  ...["startedAt", "found", "value", "mode", "k"],
];
/** Words of statements, which have to be quoted. */
const WORDS = ["select", "order", "group", "null", "Key", "index", "x", "T", "my_row_id", "NEW"];
/** All characters of a name are of the Basic Multilingual Plane. */
const UNICODE = ["ä", "Ω", "漢字", "☃", "Ж", "ש", "ﾊ"];
const MARKS = [".", "`", "'", '"', " ", "?", "%", "??", "::", "\\", "/", "#p#", "@", "--", ";", "$", "%s", "{}", "``"];
/** As schemas these are no more the server's own, or the tool's, than any other: names of schemas have a case. */
const LOOKALIKES = ["SYS", "MySQL", "Gtid_ferry", "GTID_FERRY", "Performance_Schemas"];

/** Gives names that mean something to others, each once. */
export class Names {
  private readonly given = new Set<string>();

  constructor(private readonly random: Random) {}

  /** Two names of one such list are different to MySQL, too: it takes most names for equal by case and accents. */
  next(): string {
    for (;;) {
      const name = this.make().slice(0, 40).trimEnd();
      if (name === "" || this.given.has(folded(name))) continue;
      this.given.add(folded(name));
      return name;
    }
  }

  /** Somebody else gives this name. */
  reserve(name: string): void {
    this.given.add(folded(name));
  }

  /** MySQL keeps one name for the primary key. */
  index(): string {
    const name = this.next();
    return name.toUpperCase() === "PRIMARY" ? this.index() : name;
  }

  schema(): string {
    const name = this.random.chance(0.1) ? this.random.pick(LOOKALIKES) : this.next();
    const isOurs = name === "gtid_ferry" || this.given.has(`schema ${folded(name)}`);
    this.given.add(`schema ${folded(name)}`);
    return isOurs ? `${name}${this.given.size}` : name;
  }

  private make(): string {
    const { random } = this;
    const word = () => this.cased(random.pick(random.chance(0.7) ? OWN_NAMES : WORDS));
    switch (random.below(6)) {
      case 0:
        return `${word()}${random.pick(MARKS)}${word()}`;
      case 1:
        return `${random.pick(UNICODE)}${random.chance(0.5) ? word() : random.below(100)}`;
      case 2:
        return `${word()}${random.pick(MARKS)}`;
      case 3:
        return `${random.pick(MARKS)}${random.below(100)}`;
      case 4:
        return String(random.below(1000));
      default:
        return word();
    }
  }

  private cased(word: string): string {
    const cases = [word, word, word, word.toUpperCase(), word.slice(0, 1).toUpperCase() + word.slice(1)];
    return this.random.pick(cases);
  }
}

function folded(name: string): string {
  return name.normalize("NFKD").replaceAll(/\p{M}/gu, "").toLowerCase();
}
