/** Says in words why a run does not go on. */

import type { RunRow } from '../driving/run-row.ts';
import { canDo } from './abilities.ts';
import type { Database } from './database.ts';

interface WorkerRow {
  readonly functions: string;
}

/** One sentence for a person. */
export function explain(database: Database, run: RunRow, now: number): string {
  const { id, name, status } = run;
  if (run.completed_at !== null) return `Run "${id}" has ended: ${status}.`;
  const workers = database.all<WorkerRow>('SELECT functions FROM workers WHERE lease_until >= ?', now);
  if (run.owner === null && !workers.some(({ functions }) => canDo(functions, name, run.tenant))) {
    const who =
      workers.length === 0
        ? 'no process works on this file'
        : `none of the ${workers.length} processes that work on this file has registered it`;
    return `Run "${id}" waits for somebody who has the function "${name}": ${who}.`;
  }
  if (status === 'waiting') return waitingFor(database, run);
  if (status === 'queued') return `Run "${id}" waits for a slot of the queue "${run.queue}".`;
  if (status === 'suspended') return `Run "${id}" is asleep, or waits for a signal or a child.`;
  return `Run "${id}" is at work.`;
}

function waitingFor(database: Database, { id, seq, ready_at }: RunRow): string {
  const open = database.all<{ id: string }>(
    `SELECT id FROM runs WHERE completed_at IS NULL
       AND seq IN (SELECT dependency FROM dependencies WHERE run = ?) LIMIT 5`,
    seq,
  );
  if (open.length === 0) return `Run "${id}" waits until ${new Date(ready_at).toISOString()}.`;
  return `Run "${id}" waits for ${open.map((each) => `"${each.id}"`).join(', ')}.`;
}
