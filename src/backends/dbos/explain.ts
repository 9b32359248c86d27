/** Says in words why a run does not go on. */
import type { Ability } from '../driving/registry.ts';
import type { RunRow } from '../driving/run-row.ts';
import type { Database } from './database.ts';

/** One sentence for a person. */
export async function explain(database: Database, run: RunRow): Promise<string> {
  const { id, name, tenant, status } = run;
  if (run.completed_at !== null) return `Run "${id}" has ended: ${status}.`;
  const workers = await database.all<{ abilities: string }>(
    `SELECT abilities FROM ${database.schema}.workers`,
    [],
  );
  if (run.owner === null && !workers.some(({ abilities }) => canDo(abilities, name, tenant))) {
    const who =
      workers.length === 0
        ? 'no process works on this database'
        : `none of the ${workers.length} processes that work on this database has registered it`;
    return `Run "${id}" waits for somebody who has the function "${name}": ${who}.`;
  }
  if (status === 'waiting') return waitingFor(database, run);
  if (status === 'queued') return `Run "${id}" waits for a slot of the queue "${run.queue}".`;
  if (status === 'suspended') return `Run "${id}" is asleep, or waits for a signal or a child.`;
  return `Run "${id}" is at work.`;
}

async function waitingFor(database: Database, { id, seq, ready_at }: RunRow): Promise<string> {
  const { schema } = database;
  const open = await database.all<{ id: string }>(
    `SELECT r.id FROM ${schema}.dependencies AS d JOIN ${schema}.runs AS r ON r.seq = d.dependency
     WHERE d.run = $1 AND r.completed_at IS NULL ORDER BY r.seq LIMIT 5`,
    [seq],
  );
  if (open.length === 0) return `Run "${id}" waits until ${new Date(ready_at).toISOString()}.`;
  return `Run "${id}" waits for ${open.map((each) => `"${each.id}"`).join(', ')}.`;
}

function canDo(text: string, name: string, tenant: string): boolean {
  const abilities = JSON.parse(text) as Ability[];
  return abilities.some((each) => each.name === name && (each.tenant === null || each.tenant === tenant));
}
