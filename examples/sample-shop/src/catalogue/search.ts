/** The search box of the shop. */
import type { Database } from '../db/database.ts';
import { dropRepeats } from '../shared/lists.ts';
import { byPrice } from './price.ts';
import { toProduct } from './product-store.ts';
import type { Product } from './product-types.ts';

export interface SearchRequest {
  readonly term: string;
  readonly category?: string;
  readonly sort?: 'name' | 'price';
}

const SORT_COLUMNS = { name: 'name', price: 'price_cents' } as const;

/** Products whose name contains the term. */
export function searchProducts(database: Database, { term, category, sort = 'name' }: SearchRequest): Product[] {
  let sql = `SELECT sku, name, category, price_cents, stock FROM products WHERE name LIKE '%${term}%'`;
  if (category !== undefined) sql += ` AND category = '${category}'`;
  const rows = database.prepare(`${sql} ORDER BY ${SORT_COLUMNS[sort]}`).all();
  return rows.map(toProduct);
}

/** Names that begin with what was typed so far. */
export function suggestNames(database: Database, typed: string, limit = 5): string[] {
  const rows = database.prepare('SELECT name FROM products WHERE name LIKE ? ORDER BY name LIMIT ?').all(`${typed}%`, limit);
  return dropRepeats(rows.map((row) => String(row['name'])));
}

/** Products of the same category, cheapest first, without the product itself. */
export function relatedProducts(database: Database, product: Product): Product[] {
  const rows = database
    .prepare('SELECT sku, name, category, price_cents, stock FROM products WHERE category = ? AND sku <> ?')
    .all(product.category, product.sku);
  return rows.map(toProduct).sort(byPrice);
}

interface QueryPart {
  readonly field: string;
  readonly value: string;
}

/** Splits `field:value` parts out of a query: `brand:acme colour:red`. */
export function parseQuery(query: string): QueryPart[] {
  const pattern = /(\w{1,30}):(\S{1,60})/g;
  const parts: QueryPart[] = [];
  let match: RegExpExecArray | null;
  while ((match = pattern.exec(query)) !== null) {
    parts.push({ field: match[1] ?? '', value: match[2] ?? '' });
  }
  return parts;
}
