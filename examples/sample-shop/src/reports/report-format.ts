/** How reports are written. */
import { REPORT_NAMES } from './report-registry.ts';

export type Row = Readonly<Record<string, string | number>>;

/** A table as CSV; cells with a comma or a quote are quoted. */
export function toCsv(rows: readonly Row[]): string {
  const columns = Object.keys(rows[0] ?? {});
  const lines = rows.map((row) => columns.map((column) => quoteCell(row[column] ?? '')).join(','));
  return [columns.join(','), ...lines].join('\n');
}

function quoteCell(value: string | number): string {
  const text = String(value);
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** The sentence for a report that does not exist. */
export function unknownReport(name: string): string {
  return `There is no report "${name}"; there are ${REPORT_NAMES().join(', ')}`;
}
