import { expect, it } from 'vitest';
import { checkBoundaries, countBoundaries } from '../../backends/sqlite/boundaries.ts';

it('a workflow killed before and after each of its writes loses no run and repeats no finished step', {
  timeout: 900_000,
}, async () => {
  const writes = await countBoundaries();
  expect(writes).toBeGreaterThan(50);
  const points = Array.from({ length: writes }, (_, index) => index + 1).flatMap((write) => [
    { write, when: 'before' as const },
    { write, when: 'after' as const },
  ]);
  await checkBoundaries(points);
});
