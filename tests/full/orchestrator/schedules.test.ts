import { describe, it } from 'vitest';
import { shareAndKill } from '../../orchestrator/schedules/share-and-kill.ts';

describe('two processes with a schedule each second, for twenty seconds', () => {
  it.each([1, 2])('fire each planned time once through six kills (seed %i)', { timeout: 120_000 }, (seed) =>
    shareAndKill({ seconds: 20, kills: 6, seed }),
  );

  it('fire each planned time once when nothing happens to them', { timeout: 60_000 }, () =>
    shareAndKill({ seconds: 20, kills: 0, seed: 3 }),
  );
});
