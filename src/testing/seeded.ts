/** Randomness and ids that repeat: the same seed gives the same sequence. */
import type { IdSource } from '../shared/ids.ts';

export { seededRandom } from '../shared/seeded-random.ts';

/** Ids that count: `task-0001`, `task-0002`, `run-0001`; each prefix has its own count. */
export function seededIds(start = 0): IdSource {
  const counts = new Map<string, number>();
  return (prefix) => {
    const count = (counts.get(prefix) ?? start) + 1;
    counts.set(prefix, count);
    return `${prefix}-${String(count).padStart(4, '0')}`;
  };
}
