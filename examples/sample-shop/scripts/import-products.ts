/** Imports the catalogue: `node scripts/import-products.ts data/products.csv`. */
import { readFileSync } from 'node:fs';
import { XMLParser } from 'fast-xml-parser';
import { parse } from 'csv-parse/sync';
import { addProduct } from '../src/catalogue/product-store.ts';
import { openDatabase } from '../src/db/database.ts';
import { parseAmount } from '../src/shared/money.ts';

type Cells = Record<string, string>;

const file = process.argv[2] ?? 'data/products.csv';
const text = readFileSync(file, 'utf8');
const rows: Cells[] = file.endsWith('.xml') ? new XMLParser().parse(text).products : parse(text, { columns: true });

const database = openDatabase(process.env['SHOP_DATABASE'] ?? 'shop.db');
for (const { sku = '', name = '', category = '', price = '', stock = '' } of rows) {
  addProduct(database, { sku, name, category, priceCents: parseAmount(price), stock: Number(stock) });
}
console.log(`${rows.length} products imported.`);
