/** One table's rows, made on the server from the numbers `first` to `last` (column `n`). */
export interface FillStep {
  readonly table: string;
  readonly rows: number;
  /** Most rows of one transaction. */
  readonly rowsPerTransaction: number;
  insert(numbers: string): string;
}

const DOCUMENT_TEXT_BYTES = 12_000;
const DOCUMENT_BLOB_BYTES = 12_000;

/**
 * What a sample of a size consists of, to be run by two connections at once. Every value is a function of the row's
 * number and the seed: the same seed makes the same rows on any server.
 */
export function fillPlan(mebibytes: number, seed: number): readonly (readonly FillStep[])[] {
  const customers = Math.max(100, Math.round(mebibytes * 110));
  const products = Math.max(50, Math.round(mebibytes * 7));
  const orders = Math.max(200, Math.round(mebibytes * 520));
  const random = (salt: string, below: number | string) => `(CRC32(CONCAT(${seed}, '${salt}', n)) % ${below})`;
  const hash = (salt: string, bits: 224 | 256 | 384 | 512 = 256) => `SHA2(CONCAT(${seed}, '${salt}', n), ${bits})`;
  const day = (salt: string) => `DATE('2025-01-01') + INTERVAL ${random(salt, 365)} DAY`;

  const shop: readonly FillStep[] = [
    {
      table: "customers",
      rows: customers,
      rowsPerTransaction: 10_000,
      insert: (numbers) => `INSERT INTO shop.customers (id, email, name, balance, born_on, profile, created_at)
        ${numbers} SELECT n, CONCAT(LEFT(${hash("mail", 224)}, 12), n, '@example.', ELT(1 + ${random("tld", 3)}, 'com', 'org', 'net')),
          CONCAT(ELT(1 + ${random("first", 6)}, 'Zoë', 'Łukasz', '太郎', 'Anna', 'Peter 🚢', 'Ñuño'), ' ', LEFT(${hash("name")}, 8)),
          ${random("balance", 1_000_000)} / 100, DATE('1950-01-01') + INTERVAL ${random("born", 20_000)} DAY,
          JSON_OBJECT('city', ELT(1 + ${random("city", 5)}, 'Köln', 'Lyon', 'Oslo', 'Porto', 'Graz'), 'tags', JSON_ARRAY('a', n, ${hash("tag")}),
            'score', ${random("score", 1000)} / 7, 'newsletter', ${random("news", 2)} = 1),
          TIMESTAMP(${day("created")}) + INTERVAL ${random("second", 86_400)} SECOND FROM numbers`,
    },
    {
      table: "products",
      rows: products,
      rowsPerTransaction: 5_000,
      insert: (numbers) => `INSERT INTO shop.products (id, sku, title, price, weight_kilograms, thumbnail)
        ${numbers} SELECT n, CONCAT('SKU-', LPAD(n, 8, '0')), CONCAT('Café crème No. ', n, ' ', LEFT(${hash("title")}, 20)),
          1 + ${random("price", 100_000)} / 100, ${random("weight", 10_000)} / 333,
          AES_ENCRYPT(REPEAT('p', 500 + ${random("thumb", 1000)}), ${hash("thumb-key")}, UNHEX(LEFT(SHA2(n, 256), 32))) FROM numbers`,
    },
    {
      table: "stock",
      rows: products,
      rowsPerTransaction: 10_000,
      insert: (numbers) => `INSERT INTO shop.stock (warehouse, product_id, quantity)
        ${numbers} SELECT place.name, n, 1000 + ${random("stock", 100_000)}
        FROM numbers CROSS JOIN (SELECT 'FRA' AS name UNION ALL SELECT 'DUB' UNION ALL SELECT 'ARN') AS place`,
    },
    {
      table: "orders",
      rows: orders,
      rowsPerTransaction: 20_000,
      insert: (numbers) => `INSERT INTO shop.orders (id, customer_id, status, flags, placed_at, note)
        ${numbers} SELECT n, 1 + ${random("customer", customers)}, 1 + ${random("status", 4)}, ${random("flags", 8)},
          TIMESTAMP(${day("placed")}) + INTERVAL ${random("microsecond", 86_400_000)} * 1000 MICROSECOND,
          IF(${random("note", 3)} = 0, CONCAT('Grüße, bitte klingeln 🔔 ', ${hash("note", 224)}), NULL) FROM numbers`,
    },
    {
      table: "order_items",
      rows: orders,
      rowsPerTransaction: 10_000,
      insert: (numbers) => `INSERT INTO shop.order_items (order_id, line, product_id, quantity, price)
        ${numbers} SELECT n, line.number, 1 + (CRC32(CONCAT(${seed}, 'product', n, line.number)) % ${products}),
          1 + ${random("quantity", 9)}, 1 + ${random("item-price", 100_000)} / 100
        FROM numbers CROSS JOIN (SELECT 1 AS number UNION ALL SELECT 2 UNION ALL SELECT 3) AS line`,
    },
    {
      table: "audit_log",
      rows: orders,
      rowsPerTransaction: 20_000,
      insert: (numbers) => `INSERT INTO shop.audit_log
        ${numbers} SELECT TIMESTAMP(${day("placed")}), 'orders', n, CONCAT('placed by ', 1 + ${random("customer", customers)}) FROM numbers`,
    },
    {
      table: "exchange_rates",
      rows: 90,
      rowsPerTransaction: 90,
      insert: (numbers) => `INSERT INTO shop.exchange_rates
        ${numbers} SELECT ELT(1 + n % 3, 'EUR', 'CHF', 'GBP'), DATE('2025-01-01') + INTERVAL n DIV 3 DAY,
          1 + ${random("rate", 100_000_000)} / 1000000000 FROM numbers`,
    },
    {
      table: "event_ticks",
      rows: 1,
      rowsPerTransaction: 1,
      insert: (numbers) => `INSERT INTO shop.event_ticks ${numbers} SELECT n, 0, NULL FROM numbers`,
    },
  ];

  const bulk: readonly FillStep[] = [
    {
      table: "documents",
      rows: Math.max(20, Math.round(mebibytes * 7)),
      rowsPerTransaction: 400,
      // Half of it compresses well, half not at all.
      insert: (numbers) => `INSERT INTO shop.documents (id, title, body, content)
        ${numbers} SELECT UNHEX(LEFT(${hash("document")}, 32)), CONCAT('Vertrag № ', n),
          REPEAT(CONCAT('Lorem ipsum ', ${hash("text")}, ' dolor sit amet, ünïcödé. '), ${random("length", Math.round((2 * DOCUMENT_TEXT_BYTES) / 105))}),
          AES_ENCRYPT(REPEAT('d', ${random("bytes", 2 * DOCUMENT_BLOB_BYTES)}), ${hash("document-key")}, UNHEX(LEFT(SHA2(n, 256), 32))) FROM numbers`,
    },
    {
      table: "page_views",
      rows: Math.max(500, Math.round(mebibytes * 1100)),
      rowsPerTransaction: 20_000,
      insert: (numbers) => `INSERT INTO shop.page_views (id, viewed_on, path, agent, milliseconds)
        ${numbers} SELECT n, ${day("viewed")}, CONCAT('/shop/', ${random("category", 50)}, '/', LEFT(${hash("path")}, 30)),
          CONCAT('Mozilla/5.0 (X11; Linux x86_64) ', ${random("agent", 100)}), ${random("millis", 100_000)} / 32 FROM numbers`,
    },
    {
      table: "sessions",
      rows: Math.max(50, Math.round(mebibytes * 150)),
      rowsPerTransaction: 10_000,
      insert: (numbers) => `INSERT INTO shop.sessions (id, customer_id, cart, seen_at)
        ${numbers} SELECT INSERT(INSERT(INSERT(INSERT(LEFT(${hash("session")}, 32), 21, 0, '-'), 17, 0, '-'), 13, 0, '-'), 9, 0, '-'),
          IF(${random("guest", 4)} = 0, NULL, 1 + ${random("visitor", customers)}),
          JSON_OBJECT('items', JSON_ARRAY(${random("i1", products)}, ${random("i2", products)}), 'coupon', ${hash("coupon", 224)}),
          TIMESTAMP(${day("seen")}) FROM numbers`,
    },
  ];
  return [shop, bulk];
}

/** A common table expression `numbers` with column `n` from `first` to `last`. */
export function numbersBetween(first: number, last: number): string {
  return `WITH RECURSIVE numbers (n) AS (SELECT ${first} UNION ALL SELECT n + 1 FROM numbers WHERE n < ${last})`;
}
