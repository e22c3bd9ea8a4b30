import type { NameParts } from "@gtid-ferry/engine/mysql";
import type { ColumnType } from "./types/index.js";

/** One of the two servers. */
export type ServerSide = "primary" | "replica";

export interface ColumnPlan {
  readonly name: string;
  readonly type: ColumnType;
  readonly isNullable: boolean;
  readonly isInvisible: boolean;
  readonly generated?: "STORED" | "VIRTUAL";
  /** What stands behind the name in CREATE TABLE. */
  readonly definition: string;
}

export interface KeyPart {
  readonly column: string;
  /** Characters or bytes, of an index over the first of them. */
  readonly length?: number;
  readonly isDescending?: boolean;
}

export interface KeyPlan {
  readonly name: string;
  readonly isUnique: boolean;
  /** Empty where it is over an expression. */
  readonly parts: readonly KeyPart[];
  /** How CREATE and ALTER TABLE write it. */
  readonly definition: string;
  /** Whether rows can be told apart by it: each has its own value, no NULL, and the value can be written in a condition. */
  readonly tellsApart: boolean;
}

export interface PartitionPlan {
  readonly clause: string;
  /** RANGE and LIST partitions have names of their own, and the last of them may be dropped. */
  readonly names: readonly string[];
  readonly by: string;
}

export interface ForeignKeyPlan {
  readonly name: string;
  readonly column: string;
  readonly parent: TableRef;
  /** The parent's column. */
  readonly parentColumn: string;
}

export interface TableRef {
  readonly schema: string;
  readonly table: string;
}

/** Expressions by column; what is left out has its default. */
export interface RowPlan {
  readonly tag: number;
  readonly values: ReadonlyMap<string, string>;
}

export interface TablePlan extends TableRef {
  readonly columns: readonly ColumnPlan[];
  /** An INT that tells rows apart, for those who make and change them; it need not be in any key. */
  readonly tag: string;
  readonly keys: readonly KeyPlan[];
  readonly checks: readonly string[];
  readonly foreignKey?: ForeignKeyPlan;
  readonly partition?: PartitionPlan;
  readonly create: string;
  /** Each server makes it by itself with a generated invisible primary key, since MySQL does not replicate that. */
  readonly hasGeneratedKey: boolean;
  readonly rows: readonly RowPlan[];
  /** Rows that no server has at first, and that do not collide with others: for changes, and for the load. */
  readonly driftRows: readonly RowPlan[];
  readonly loadRows: readonly RowPlan[];
}

/** A view, routine, trigger or event. */
export interface ProgramPlan {
  readonly kind: "view" | "procedure" | "function" | "trigger" | "event";
  readonly schema: string;
  readonly name: string;
  readonly create: string;
  /** Of a trigger and a view. */
  readonly table?: TableRef;
  readonly timing?: string;
}

export interface AccountPlan {
  readonly user: string;
  readonly host: string;
  readonly isRole: boolean;
  readonly statements: readonly string[];
}

/** Schemas, tables and the rest that a case works on, equal on both servers at first. */
export interface World {
  readonly schemas: readonly string[];
  readonly schemaStatements: readonly string[];
  readonly tables: readonly TablePlan[];
  readonly programs: readonly ProgramPlan[];
  readonly accounts: readonly AccountPlan[];
}

/** What the comparison may call an object: its kind and name. */
export interface Finding {
  readonly kind: string;
  readonly parts: NameParts;
}

/** One change on one side, with logging off. */
export interface Change {
  /** For the figures, e.g. `column comment`. */
  readonly kind: string;
  readonly side: ServerSide;
  readonly statements: readonly string[];
  /** Owners (see `ownerKey`) that it may change. */
  readonly owners: readonly string[];
  /** Of each list, one has to be found where the change has an effect. */
  readonly expected: readonly (readonly Finding[])[];
  /** What the load must leave alone meanwhile. */
  readonly reserves: Reservation;
  /** On the primary, with logging on, before anything is changed: both servers then have it. */
  readonly prepare?: readonly string[];
  /** Takes back what the end of the case does not. */
  readonly undo?: readonly string[];
}

/** Of one table: rows by their tags, every row of both pools but the load's, or the table as a whole. */
export interface Reservation {
  readonly table?: TableRef;
  readonly rows: readonly number[] | "all rows" | "table";
  readonly schemas?: readonly string[];
}

/** Statements that are run over and over while the servers are compared, `{n}` in them being the round's number. */
export interface LoadPlan {
  /** On the primary, before it begins. */
  readonly prepare: readonly string[];
  readonly clients: readonly LoadClient[];
  /** Owners that are altered meanwhile, of which nothing may be known in the end. */
  readonly altered: readonly string[];
}

export interface LoadClient {
  readonly steps: readonly LoadStep[];
  readonly pauseMilliseconds: number;
  /** Runs its steps a single time. */
  readonly isOnce?: true;
}

export interface LoadStep {
  readonly sql: string;
  /** Rows that it works on: it is left out where a row did not fit into its table. */
  readonly rows?: { readonly table: TableRef; readonly tags: readonly number[] };
}

export interface CaseLimits {
  readonly chunkSeconds: number;
  readonly concurrency: number;
  readonly simultaneous: boolean;
}

export interface DriftCase {
  readonly seed: string;
  readonly number: number;
  readonly world: World;
  readonly changes: readonly Change[];
  readonly load: LoadPlan;
  readonly limits: CaseLimits;
  /** Tables and schemas whose rows are compared; all when left out. */
  readonly chosen?: readonly NameParts[];
}
