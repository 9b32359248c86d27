import type { Database } from '../db/database.ts';
import { addDays } from '../shared/dates.ts';

// TODO: send the reminder as well, once the text is agreed
/** Marks carts that nobody touched for three days. Returns how many there were. */
export function remindOfCarts(database: Database, now: Date): number {
  const limit = addDays(now, -3).toISOString();
  const { changes } = database
    .prepare('UPDATE carts SET reminded_at = ? WHERE reminded_at IS NULL AND updated_at < ?')
    .run(now.toISOString(), limit);
  return Number(changes);
}
