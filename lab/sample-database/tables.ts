/**
 * The tables of schema `shop`: with and without a single-column integer key, and with what makes copying and
 * replicating real databases hard. In an order in which foreign keys find their tables.
 */
export const TABLES: readonly string[] = [
  `CREATE TABLE shop.customers (
    id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    email VARCHAR(190) NOT NULL,
    name VARCHAR(100) NOT NULL,
    balance DECIMAL(12, 2) NOT NULL DEFAULT 0,
    born_on DATE NULL,
    profile JSON NOT NULL,
    city VARCHAR(60) GENERATED ALWAYS AS (profile ->> '$.city') VIRTUAL,
    email_domain VARCHAR(190) GENERATED ALWAYS AS (SUBSTRING_INDEX(email, '@', -1)) STORED,
    created_at TIMESTAMP(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
    UNIQUE KEY email (email),
    KEY city (city)
  ) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4`,
  `CREATE TABLE shop.products (
    id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    sku VARCHAR(20) CHARACTER SET ascii NOT NULL,
    title VARCHAR(120) NOT NULL,
    price DECIMAL(10, 2) NOT NULL,
    weight_kilograms DOUBLE NULL,
    thumbnail BLOB NULL,
    UNIQUE KEY sku (sku)
  ) ENGINE = InnoDB DEFAULT CHARSET = latin1`,
  `CREATE TABLE shop.stock (
    warehouse CHAR(3) CHARACTER SET ascii NOT NULL,
    product_id INT UNSIGNED NOT NULL,
    quantity INT NOT NULL,
    PRIMARY KEY (warehouse, product_id),
    CONSTRAINT stock_product FOREIGN KEY (product_id) REFERENCES shop.products (id)
  ) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4`,
  `CREATE TABLE shop.orders (
    id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    customer_id INT UNSIGNED NOT NULL,
    status ENUM('new', 'paid', 'shipped', 'returned') NOT NULL DEFAULT 'new',
    flags SET('gift', 'express', 'abroad') NOT NULL DEFAULT '',
    placed_at DATETIME(6) NOT NULL,
    note VARCHAR(255) NULL,
    KEY status (status, placed_at),
    CONSTRAINT order_customer FOREIGN KEY (customer_id) REFERENCES shop.customers (id)
  ) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4`,
  `CREATE TABLE shop.order_items (
    order_id BIGINT UNSIGNED NOT NULL,
    line SMALLINT UNSIGNED NOT NULL,
    product_id INT UNSIGNED NOT NULL,
    quantity INT UNSIGNED NOT NULL,
    price DECIMAL(10, 2) NOT NULL,
    total DECIMAL(14, 2) GENERATED ALWAYS AS (quantity * price) STORED,
    PRIMARY KEY (order_id, line),
    CONSTRAINT item_order FOREIGN KEY (order_id) REFERENCES shop.orders (id) ON DELETE CASCADE,
    CONSTRAINT item_product FOREIGN KEY (product_id) REFERENCES shop.products (id)
  ) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4`,
  `CREATE TABLE shop.sessions (
    id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
    customer_id INT UNSIGNED NULL,
    cart JSON NOT NULL,
    seen_at DATETIME NOT NULL
  ) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4`,
  `CREATE TABLE shop.page_views (
    id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
    viewed_on DATE NOT NULL,
    path VARCHAR(200) NOT NULL,
    agent VARCHAR(200) CHARACTER SET latin1 NOT NULL,
    milliseconds FLOAT NOT NULL,
    PRIMARY KEY (id, viewed_on)
  ) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4
  PARTITION BY RANGE COLUMNS (viewed_on) (
    PARTITION q1 VALUES LESS THAN ('2025-04-01'),
    PARTITION q2 VALUES LESS THAN ('2025-07-01'),
    PARTITION q3 VALUES LESS THAN ('2025-10-01'),
    PARTITION later VALUES LESS THAN (MAXVALUE)
  )`,
  `CREATE TABLE shop.documents (
    id BINARY(16) NOT NULL PRIMARY KEY,
    title VARCHAR(200) NOT NULL,
    body MEDIUMTEXT NOT NULL,
    content LONGBLOB NOT NULL
  ) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4`,
  `CREATE TABLE shop.audit_log (
    happened_at DATETIME(6) NOT NULL,
    table_name VARCHAR(64) NOT NULL,
    row_id BIGINT UNSIGNED NOT NULL,
    detail VARCHAR(255) NULL
  ) ENGINE = InnoDB DEFAULT CHARSET = latin1`,
  `CREATE TABLE shop.exchange_rates (
    currency CHAR(3) NOT NULL,
    valid_on DATE NOT NULL,
    rate DECIMAL(18, 8) NOT NULL
  ) ENGINE = InnoDB DEFAULT CHARSET = latin1`,
  // Not unique on purpose: a write that arrives twice must be able to show.
  `CREATE TABLE shop.ledger (
    id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
    entry VARCHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    written_at TIMESTAMP(6) NOT NULL DEFAULT CURRENT_TIMESTAMP(6),
    KEY entry (entry)
  ) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4`,
  `CREATE TABLE shop.event_ticks (
    id TINYINT UNSIGNED NOT NULL PRIMARY KEY,
    ticks BIGINT UNSIGNED NOT NULL,
    last_tick_at DATETIME(6) NULL
  ) ENGINE = InnoDB DEFAULT CHARSET = utf8mb4`,
];
