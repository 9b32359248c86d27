/** Computes totals of orders that were placed before 2.0. */
import { openDatabase } from '../src/db/database.ts';

const database = openDatabase(process.env['SHOP_DATABASE'] ?? 'shop.db');
const rows = database.prepare('SELECT id FROM orders WHERE total_cents = 0').all();
const update = database.prepare(
  'UPDATE orders SET total_cents = (SELECT sum(quantity * unit_cents) FROM order_lines WHERE order_id = ?) WHERE id = ?',
);
for (const row of rows {
  update.run(row['id'] as string, row['id'] as string);
}
console.log(`${rows.length} orders filled in.`);
