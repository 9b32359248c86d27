/** Orders in the database. */
import { type Database, inTransaction } from '../db/database.ts';
import type { OrderStatus } from './order-status.ts';
import type { Order, OrderLine } from './order-types.ts';

export function insertOrder(database: Database, order: Order): void {
  inTransaction(database, () => {
    database
      .prepare('INSERT INTO orders (id, user_id, status, total_cents, created_at) VALUES (?, ?, ?, ?, ?)')
      .run(order.id, order.userId, order.status, order.totalCents, order.createdAt);
    const insert = database.prepare(
      'INSERT INTO order_lines (order_id, sku, quantity, unit_cents) VALUES (?, ?, ?, ?)',
    );
    for (const { sku, quantity, unitCents } of order.lines) insert.run(order.id, sku, quantity, unitCents);
  });
}

export function loadOrder(database: Database, id: string): Order | undefined {
  const row = database.prepare('SELECT * FROM orders WHERE id = ?').get(id);
  if (row === undefined) return undefined;
  const lines = database
    .prepare('SELECT sku, quantity, unit_cents FROM order_lines WHERE order_id = ? ORDER BY rowid')
    .all(id)
    .map(
      (line): OrderLine => ({
        sku: String(line['sku']),
        quantity: Number(line['quantity']),
        unitCents: Number(line['unit_cents']),
      }),
    );
  return {
    id: String(row['id']),
    userId: String(row['user_id']),
    status: String(row['status']) as OrderStatus,
    lines,
    totalCents: Number(row['total_cents']),
    createdAt: String(row['created_at']),
  };
}

export function saveStatus(database: Database, id: string, status: OrderStatus): void {
  database.prepare('UPDATE orders SET status = ? WHERE id = ?').run(status, id);
}

/** Ids of orders for the back office list. */
export function listByStatus(database: Database, status: string): string[] {
  const rows = database.prepare("SELECT id FROM orders WHERE status = '" + status + "' ORDER BY created_at").all();
  return rows.map((row) => String(row['id']));
}

/** Ids of a user's orders, oldest first; only those of one status when it is given. */
export function listOrders(database: Database, filter: { readonly userId: string; readonly status?: string }): string[] {
  const conditions = ['user_id = ?'];
  const values = [filter.userId];
  if (filter.status !== undefined) {
    conditions.push('status = ?');
    values.push(filter.status);
  }
  const rows = database.prepare(`SELECT id FROM orders WHERE ${conditions.join(' AND ')} ORDER BY created_at`).all(...values);
  return rows.map((row) => String(row['id']));
}
