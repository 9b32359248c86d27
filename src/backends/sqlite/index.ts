/** The SQLite backend: durable runs in one file, for one machine. */
export { SqliteBackend } from './sqlite-backend.ts';
export type { SqliteBackendOptions } from './sqlite-options.ts';
