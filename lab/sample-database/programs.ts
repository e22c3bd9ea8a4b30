import { quoteAccount } from "@gtid-ferry/engine/mysql";
import { APPLICATION } from "../defaults.js";

const definer = `DEFINER = ${quoteAccount({ user: APPLICATION.user, host: "%" })}`;

/** Views, routines, triggers and the event of schema `shop`; made after the data, so that filling fires no trigger. */
export const PROGRAMS: readonly string[] = [
  `CREATE ${definer} VIEW shop.order_totals AS
    SELECT o.id, o.customer_id, o.status, SUM(i.total) AS total
    FROM shop.orders AS o JOIN shop.order_items AS i ON i.order_id = o.id GROUP BY o.id`,
  `CREATE ${definer} VIEW shop.open_orders AS
    SELECT o.id, c.email, o.placed_at FROM shop.orders AS o JOIN shop.customers AS c ON c.id = o.customer_id
    WHERE o.status IN ('new', 'paid')`,
  `CREATE ${definer} FUNCTION shop.order_total(wanted BIGINT UNSIGNED) RETURNS DECIMAL(14, 2) READS SQL DATA
    RETURN (SELECT SUM(total) FROM shop.order_items WHERE order_id = wanted)`,
  `CREATE ${definer} PROCEDURE shop.restock(IN place CHAR(3), IN product INT UNSIGNED, IN added INT)
    BEGIN
      INSERT INTO shop.stock (warehouse, product_id, quantity) VALUES (place, product, added)
        ON DUPLICATE KEY UPDATE quantity = quantity + added;
    END`,
  `CREATE ${definer} TRIGGER shop.order_placed AFTER INSERT ON shop.orders FOR EACH ROW
    INSERT INTO shop.audit_log VALUES (NOW(6), 'orders', NEW.id, CONCAT('placed by ', NEW.customer_id))`,
  `CREATE ${definer} TRIGGER shop.order_changed AFTER UPDATE ON shop.orders FOR EACH ROW
    INSERT INTO shop.audit_log VALUES (NOW(6), 'orders', NEW.id, CONCAT(OLD.status, ' -> ', NEW.status))`,
  `CREATE ${definer} TRIGGER shop.item_taken AFTER INSERT ON shop.order_items FOR EACH ROW
    UPDATE shop.stock SET quantity = quantity - NEW.quantity WHERE warehouse = 'FRA' AND product_id = NEW.product_id`,
  `CREATE ${definer} EVENT shop.tick ON SCHEDULE EVERY 10 SECOND ENABLE DO
    UPDATE shop.event_ticks SET ticks = ticks + 1, last_tick_at = NOW(6) WHERE id = 1`,
];
