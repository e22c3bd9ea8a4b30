import { quoteIdentifier } from "@gtid-ferry/engine/mysql";
import type { Change, Finding, ServerSide, World } from "../model.js";
import { ownerKey, tableOwner } from "../owners.js";
import type { Random } from "../random.js";

/** Of a schema as a whole. */
export function changeSchema(random: Random, { schemas, tables, programs }: World, side: ServerSide): Change {
  const schema = random.pick(schemas);
  const name = quoteIdentifier(schema);
  const owner = ownerKey("schema", schema);
  const expected: Finding[][] = [[{ kind: "schema", parts: [schema] }]];
  const whole = [
    owner,
    ...tables.filter((table) => table.schema === schema).map(tableOwner),
    ...programs
      .filter((program) => program.schema === schema)
      .map(({ kind, name: own }) => ownerKey(kind, schema, own)),
  ];
  const change = (kind: string, statements: readonly string[], owners = [owner], wanted = expected): Change => ({
    ...{ kind, side, statements, owners, expected: wanted },
    reserves: { rows: [], schemas: kind === "schema collation" ? [] : [schema] },
  });
  return random.pick([
    change("schema collation", [`ALTER SCHEMA ${name} COLLATE koi8u_bin`]),
    change(
      "schema read-only",
      [`ALTER SCHEMA ${name} READ ONLY = 1`],
      [owner],
      [[{ kind: "schema options", parts: [schema] }]],
    ),
    change("schema dropped", [`DROP SCHEMA ${name}`], whole),
    {
      ...change("schema added", ["CREATE SCHEMA `one more.schema`"], [ownerKey("schema", "one more.schema")]),
      expected: [[{ kind: "schema", parts: ["one more.schema"] }]],
    },
  ]);
}

const SRS =
  'GEOGCS["drift",DATUM["d",SPHEROID["s",6378137,298.25]],PRIMEM["Greenwich",0],UNIT["degree",0.017453292519943278],AXIS["Lon",EAST],AXIS["Lat",NORTH]]';

interface ServerObject {
  readonly kind: string;
  readonly name: string;
  readonly make: string;
  readonly drop: string;
}

/** What is in no schema. */
const SERVER_OBJECTS: readonly ServerObject[] = [
  {
    kind: "server definition",
    name: "far `away`",
    make: "CREATE SERVER `far ``away``` FOREIGN DATA WRAPPER mysql OPTIONS (HOST 'h', PASSWORD 'secret')",
    drop: "DROP SERVER `far ``away```",
  },
  {
    kind: "spatial reference system",
    name: "990001",
    make: `CREATE SPATIAL REFERENCE SYSTEM 990001 NAME 'drift' DEFINITION '${SRS}'`,
    drop: "DROP SPATIAL REFERENCE SYSTEM 990001",
  },
  {
    kind: "resource group",
    name: "drift group",
    make: "CREATE RESOURCE GROUP `drift group` TYPE = USER VCPU = 0",
    drop: "DROP RESOURCE GROUP `drift group`",
  },
  {
    kind: "tablespace",
    name: "drift space",
    make: "CREATE TABLESPACE `drift space` ADD DATAFILE 'drift.ibd'",
    drop: "DROP TABLESPACE `drift space`",
  },
  {
    kind: "plugin",
    name: "mysql_no_login",
    make: "INSTALL PLUGIN mysql_no_login SONAME 'mysql_no_login.so'",
    drop: "UNINSTALL PLUGIN mysql_no_login",
  },
  {
    kind: "component",
    name: "file://component_query_attributes",
    make: "INSTALL COMPONENT 'file://component_query_attributes'",
    drop: "UNINSTALL COMPONENT 'file://component_query_attributes'",
  },
  {
    kind: "cost of a server's operation",
    name: "row_evaluate_cost",
    make: "UPDATE mysql.server_cost SET cost_value = 1 WHERE cost_name = 'row_evaluate_cost'",
    drop: "UPDATE mysql.server_cost SET cost_value = NULL WHERE cost_name = 'row_evaluate_cost'",
  },
];

export function changeServer(random: Random, _world: World, side: ServerSide): Change {
  const { kind, name, make, drop } = random.pick(SERVER_OBJECTS);
  const owners = [ownerKey(kind, name)];
  const expected = [[{ kind, parts: [name] }]];
  return { kind, side, statements: [make], owners, expected, undo: [drop], reserves: { rows: [] } };
}
