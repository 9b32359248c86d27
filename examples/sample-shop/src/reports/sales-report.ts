/** Numbers for the Monday meeting. */
import type { Database } from '../db/database.ts';
import { formatCents } from '../shared/money.ts';
import { toCsv } from './report-format.ts';

/** Sales per day: orders and gross total. */
export function salesByDay(database: Database): string {
  const rows = database
    .prepare(
      `SELECT substr(created_at, 1, 10) AS day, count(*) AS orders, sum(total_cents) AS cents
       FROM orders WHERE status <> 'cancelled' GROUP BY day ORDER BY day`,
    )
    .all();
  return toCsv(
    rows.map((row) => ({
      day: String(row['day']),
      orders: Number(row['orders']),
      gross: formatCents(Number(row['cents'])),
    })),
  );
}

export function stockLevels(database: Database): string {
  const rows = database.prepare('SELECT sku, name, stock FROM products ORDER BY stock, sku').all();
  // FIXME: leave out products that are no longer sold
  return toCsv(
    rows.map((row) => ({ sku: String(row['sku']), name: String(row['name']), stock: Number(row['stock']) })),
  );
}

/** The sales report as a PDF file, for the board. */
export async function salesAsPdf(database: Database): Promise<Uint8Array> {
  const { writePdf } = await import('./pdf-writer.ts');
  return writePdf(salesByDay(database));
}
