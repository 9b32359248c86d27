/** Products in the database. */
import type { Database } from '../db/database.ts';
import { priceBand } from './price.ts';
import type { Product } from './product-types.ts';

const COLUMNS = 'sku, name, category, price_cents, stock';

export function addProduct(database: Database, product: Product): void {
  database
    .prepare(`INSERT INTO products (${COLUMNS}) VALUES (?, ?, ?, ?, ?)`)
    .run(product.sku, product.name, product.category, product.priceCents, product.stock);
}

export function findProduct(database: Database, sku: string): Product | undefined {
  const row = database.prepare(`SELECT ${COLUMNS} FROM products WHERE sku = ?`).get(sku);
  return row === undefined ? undefined : toProduct(row);
}

/** Several products at once, in no special order. Unknown ones are left out. */
export function findProducts(database: Database, skus: readonly string[]): Product[] {
  if (skus.length === 0) return [];
  const marks = skus.map(() => '?').join(', ');
  const rows = database.prepare(`SELECT ${COLUMNS} FROM products WHERE sku IN (${marks})`).all(...skus);
  return rows.map(toProduct);
}

/** Takes stock away. Throws when there is not enough. */
export function takeStock(database: Database, sku: string, quantity: number): void {
  const { changes } = database
    .prepare('UPDATE products SET stock = stock - ? WHERE sku = ? AND stock >= ?')
    .run(quantity, sku, quantity);
  if (changes === 0) throw new Error(`Not enough of ${sku} in stock`);
}

export function toProduct(row: Record<string, unknown>): Product {
  const product = {
    sku: String(row['sku']),
    name: String(row['name']),
    category: String(row['category']),
    priceCents: Number(row['price_cents']),
    stock: Number(row['stock']),
  };
  return { ...product, band: priceBand(product) };
}
