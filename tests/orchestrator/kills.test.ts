import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { killFlows } from '../support/effects/kill-flows.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kills-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('workflows of twenty effects whose processes are killed', () => {
  it('lose nothing, repeat no finished effect, and go by the policy of each unfinished one', {
    timeout: 60_000,
  }, async () => {
    const figures = await killFlows(
      { backend: 'sqlite', path: join(folder, 'runs.db'), leaseMs: 1000 },
      { seed: 1, blows: 20 },
    );
    console.log('killed', JSON.stringify(figures));
    expect(figures.kills).toBeGreaterThanOrEqual(20);
  });
});
