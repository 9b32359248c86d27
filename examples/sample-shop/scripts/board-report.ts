/** Writes the sales report for the board. */
import { writeFile } from 'node:fs/promises';
import { openDatabase } from '../src/db/database.ts';
import { salesAsPdf } from '../src/reports/sales-report.ts';
import { chartOf } from '../src/reports/chart.ts';

const database = openDatabase(process.env['SHOP_DATABASE'] ?? 'shop.db');
const pdf = await salesAsPdf(database);
await writeFile('exports/board.pdf', pdf);
await writeFile('exports/board.svg', chartOf(database));
