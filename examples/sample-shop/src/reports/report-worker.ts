/** Runs one report away from the server's thread; started by the scheduler. */
import { parentPort, workerData } from 'node:worker_threads';
import { openDatabase } from '../db/database.ts';
import { runReport } from './report-registry.ts';

const { databaseFile, name } = workerData as { databaseFile: string; name: string };
parentPort?.postMessage(await runReport(openDatabase(databaseFile), name));
