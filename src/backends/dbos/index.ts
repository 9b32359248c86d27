/** Runs in a PostgreSQL database, executed by DBOS, for any number of machines. */
export { DbosBackend } from './dbos-backend.ts';
export type { DbosBackendOptions } from './dbos-options.ts';
