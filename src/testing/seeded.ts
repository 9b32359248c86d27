/** Randomness and ids that repeat: the same seed gives the same sequence. */
import type { IdSource } from '../shared/ids.ts';

/** Numbers from 0 up to 1. Mulberry32, a public-domain generator by Tommy Ettinger; not for secrets. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Ids that count: `task-0001`, `task-0002`, `run-0001`; each prefix has its own count. */
export function seededIds(start = 0): IdSource {
  const counts = new Map<string, number>();
  return (prefix) => {
    const count = (counts.get(prefix) ?? start) + 1;
    counts.set(prefix, count);
    return `${prefix}-${String(count).padStart(4, '0')}`;
  };
}
