/**
 * What changes the tables, as functions of the database. Each change is one statement, so that a process which stops in
 * the middle of anything leaves no transaction open and holds no lock.
 */
import { admission } from './admission.ts';
import { claiming } from './claiming.ts';
import { ending } from './ending.ts';
import { journal } from './journal.ts';
import { limits } from './limits.ts';
import { signals } from './signals.ts';
import { state } from './state.ts';
import { workers } from './workers.ts';

/** `schema` and `dbos` are quoted names. */
export function functions(schema: string, dbos: string, channel: string): string {
  return [
    admission(schema, channel),
    claiming(schema),
    limits(schema, channel),
    ending(schema, dbos, channel),
    journal(schema, dbos),
    signals(schema, channel),
    workers(schema, channel),
    state(schema),
  ].join('\n');
}
