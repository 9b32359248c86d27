import { describe, it } from 'vitest';
import { killAndResume } from '../../backends/sqlite/kill-and-resume.ts';

describe('workers on one SQLite file', () => {
  for (const seed of [1, 2, 3]) {
    it(`lose nothing in fifty kills (seed ${seed})`, { timeout: 400_000 }, () =>
      killAndResume({ seed, kills: 50, runs: 120 }),
    );
  }
});
