import { randomInt, randomUUID } from "node:crypto";
import type { Connection, ResultSetHeader } from "mysql2/promise";

/** What one worker may touch and remembers. Workers share no row that they update, so they never deadlock. */
export interface WorkerMemory {
  readonly worker: number;
  readonly workers: number;
  readonly customers: number;
  readonly products: number;
  /** Orders of this worker that still exist, oldest first. */
  readonly orders: number[];
  readonly sessions: string[];
}

type Transaction = (connection: Connection, memory: WorkerMemory) => Promise<void>;

const REMEMBERED = 200;

/** A customer that only this worker uses. */
function ownCustomer({ worker, workers, customers }: WorkerMemory): number {
  return 1 + worker + workers * randomInt(Math.max(1, Math.floor(customers / workers)));
}

const placeOrder: Transaction = async (connection, memory) => {
  const [order] = await connection.query<ResultSetHeader>(
    "INSERT INTO orders (customer_id, placed_at, note) VALUES (?, NOW(6), ?)",
    [ownCustomer(memory), randomInt(2) === 0 ? null : "bitte klingeln 🔔"],
  );
  // In ascending order: the trigger locks a stock row for each, and all workers must lock them in the same order.
  const products = Array.from({ length: 1 + randomInt(3) }, () => 1 + randomInt(memory.products)).sort((a, b) => a - b);
  const items = products.map((product, index) => [order.insertId, index + 1, product, 1 + randomInt(4), "19.99"]);
  await connection.query("INSERT INTO order_items (order_id, line, product_id, quantity, price) VALUES ?", [items]);
  memory.orders.push(order.insertId);
};

const changeOrder: Transaction = async (connection, memory) => {
  const order = memory.orders[randomInt(Math.max(1, memory.orders.length))];
  if (order === undefined) return placeOrder(connection, memory);
  await connection.query("UPDATE orders SET status = ?, flags = 'gift' WHERE id = ?", [
    ["paid", "shipped", "returned"][randomInt(3)],
    order,
  ]);
};

const deleteOrder: Transaction = async (connection, memory) => {
  const order = memory.orders.length < 5 ? undefined : memory.orders.shift();
  if (order === undefined) return placeOrder(connection, memory);
  await connection.query("DELETE FROM orders WHERE id = ?", [order]);
};

const changeCustomer: Transaction = async (connection, memory) => {
  await connection.query(
    `UPDATE customers SET balance = balance + ?, profile = JSON_SET(profile, '$.score', ?, '$.city', ?) WHERE id = ?`,
    [randomInt(1000) / 100, randomInt(1000) / 7, ["Köln", "Lyon", "Oslo"][randomInt(3)], ownCustomer(memory)],
  );
};

const openSession: Transaction = async (connection, memory) => {
  const id = randomUUID();
  await connection.query("INSERT INTO sessions (id, customer_id, cart, seen_at) VALUES (?, ?, ?, NOW())", [
    id,
    ownCustomer(memory),
    JSON.stringify({ items: [randomInt(100)] }),
  ]);
  memory.sessions.push(id);
};

const useSession: Transaction = async (connection, memory) => {
  const [id] = memory.sessions;
  if (id === undefined) return openSession(connection, memory);
  if (randomInt(3) > 0) {
    await connection.query("UPDATE sessions SET cart = JSON_SET(cart, '$.seen', ?) WHERE id = ?", [randomInt(100), id]);
    return;
  }
  await connection.query("DELETE FROM sessions WHERE id = ?", [id]);
  memory.sessions.shift();
};

const viewPages: Transaction = async (connection) => {
  const views = Array.from({ length: 1 + randomInt(5) }, () => [
    `2025-${String(1 + randomInt(12)).padStart(2, "0")}-15`,
    `/shop/${randomInt(50)}`,
    "Mozilla/5.0 (é)",
    randomInt(5000) / 32,
  ]);
  await connection.query("INSERT INTO page_views (viewed_on, path, agent, milliseconds) VALUES ?", [views]);
};

/** The table has no key at all, so every update scans and locks it: one such update in a transaction at most. */
const changeRate: Transaction = async (connection) => {
  await connection.query("UPDATE exchange_rates SET rate = ? WHERE currency = ? AND valid_on = ?", [
    1 + randomInt(1_000_000) / 10_000_000,
    ["EUR", "CHF", "GBP"][randomInt(3)],
    "2025-01-10",
  ]);
};

const writeDocument: Transaction = async (connection) => {
  await connection.query("INSERT INTO documents (id, title, body, content) VALUES (?, ?, ?, ?)", [
    Buffer.from(randomUUID().replaceAll("-", ""), "hex"),
    "Vertrag",
    "ünïcödé ".repeat(randomInt(100)),
    Buffer.alloc(randomInt(4000), randomInt(256)),
  ]);
};

/** By how often each happens. */
const MIX: readonly (readonly [weight: number, transaction: Transaction])[] = [
  [25, placeOrder],
  [20, changeOrder],
  [10, deleteOrder],
  [12, changeCustomer],
  [10, openSession],
  [10, useSession],
  [9, viewPages],
  [1, changeRate],
  [3, writeDocument],
];
const TOTAL_WEIGHT = MIX.reduce((sum, [weight]) => sum + weight, 0);

/** The statements of one transaction of the application, without BEGIN and COMMIT. */
export async function runTransaction(connection: Connection, memory: WorkerMemory): Promise<void> {
  let choice = randomInt(TOTAL_WEIGHT);
  for (const [weight, transaction] of MIX) {
    choice -= weight;
    if (choice < 0) {
      await transaction(connection, memory);
      break;
    }
  }
  if (memory.orders.length > REMEMBERED) memory.orders.shift();
  if (memory.sessions.length > REMEMBERED) memory.sessions.shift();
}
