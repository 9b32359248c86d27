import { expect, it } from 'vitest';
import { checkFlowBoundaries, countFlowWrites } from '../../support/effects/flow-boundaries.ts';

it('effects of each kind, killed before and after each write of their workflow, go by their policies', {
  timeout: 1_200_000,
}, async () => {
  const from = performance.now();
  const writes = await countFlowWrites();
  expect(writes).toBeGreaterThan(60);
  const points = Array.from({ length: writes }, (_, index) => index + 1).flatMap((write) => [
    { write, when: 'before' as const },
    { write, when: 'after' as const },
  ]);
  const kills = await checkFlowBoundaries(points);
  console.log('boundaries', { writes, kills, seconds: Math.round((performance.now() - from) / 1000) });
  expect(kills).toBeGreaterThan(points.length * 0.9);
});
