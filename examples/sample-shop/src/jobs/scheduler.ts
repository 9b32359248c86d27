/** Work that is done at night. */
import { Worker } from 'node:worker_threads';
import type { Database } from '../db/database.ts';
import { remindOfCarts } from './abandoned-carts.ts';

const HOUR_MS = 60 * 60 * 1000;

export interface NightlyOptions {
  readonly hour: number;
}

/** Looks every hour whether it is time. Returns what stops it. */
export function startNightlyJobs(database: Database, { hour }: NightlyOptions): () => void {
  const timer = setInterval(() => {
    if (new Date().getUTCHours() !== hour) return;
    remindOfCarts(database, new Date());
    startReport('sales');
  }, HOUR_MS);
  timer.unref();
  return () => clearInterval(timer);
}

function startReport(name: string): void {
  const worker = new Worker(new URL('../reports/report-worker.ts', import.meta.url), {
    workerData: { databaseFile: process.env['SHOP_DATABASE'] ?? ':memory:', name },
  });
  worker.on('error', (error) => console.error(`Report ${name} failed`, error));
}
