import { expect, it } from 'vitest';
import { checkBoundaries, countBoundaries } from './sqlite/boundaries.ts';

it('a workflow killed at boundaries between its writes loses no run and repeats no finished step', {
  timeout: 60_000,
}, async () => {
  const writes = await countBoundaries();
  expect(writes).toBeGreaterThan(50);
  // The long tests stand at every boundary.
  const some = Array.from({ length: 8 }, (_, index) => 1 + Math.floor((index * (writes - 4)) / 7));
  await checkBoundaries(some.map((write, index) => ({ write, when: index % 2 === 0 ? 'before' : 'after' })));
});
