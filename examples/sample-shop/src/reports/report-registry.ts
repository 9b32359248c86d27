import type { Database } from '../db/database.ts';
import { salesByDay, stockLevels } from './sales-report.ts';

const REPORTS = { sales: salesByDay, stock: stockLevels } as const satisfies Record<string, (database: Database) => string>;

export const REPORT_NAMES = (): string[] => Object.keys(REPORTS);

/** Runs a report by name. Rejects when there is none of that name. */
export async function runReport(database: Database, name: string): Promise<string> {
  const { unknownReport } = await import('./report-format.ts');
  if (!Object.hasOwn(REPORTS, name)) throw new Error(unknownReport(name));
  return REPORTS[name as keyof typeof REPORTS](database);
}
