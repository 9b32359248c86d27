import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { MemoryBackend } from '../../src/backends/memory/index.ts';
import { SqliteBackend } from '../../src/backends/sqlite/index.ts';
import type { Backend } from '../../src/contracts/backend.ts';

const FLOOD = 5000;
const FEW = 10;

/** After how many of the flood's runs the few of another tenant had all ended. */
async function floodedUntil(backend: Backend): Promise<number> {
  let flooded = 0;
  let few = 0;
  const { promise, resolve } = Promise.withResolvers<number>();
  backend.register('work', async ({ tenant }) => {
    if (tenant === 'flood') flooded += 1;
    else few += 1;
    if (few === FEW) resolve(flooded);
    return null;
  });
  await backend.setQueue('work', { concurrency: 4 });
  for (let index = 0; index < FLOOD; index += 1)
    await backend.submit('work', index, { queue: 'work', tenant: 'flood', priority: 3 });
  const started = backend.start();
  for (let index = 0; index < FEW; index += 1)
    await backend.submit('work', index, { queue: 'work', tenant: 'few' });
  await started;
  const before = await promise;
  await backend.stop();
  return before;
}

describe(`ten runs of a tenant, while another one has ${FLOOD.toLocaleString('en')} of higher priority`, () => {
  it('end within 5 % of the flood on the memory backend', async () => {
    const flooded = await floodedUntil(new MemoryBackend());
    console.log(`memory: the ten had ended after ${flooded} of ${FLOOD} runs of the flood`);
    expect(flooded).toBeLessThan(FLOOD * 0.05);
  });

  it('end within 5 % of the flood on the SQLite backend', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'fairness-'));
    try {
      const flooded = await floodedUntil(new SqliteBackend({ path: join(folder, 'runs.db') }));
      console.log(`sqlite: the ten had ended after ${flooded} of ${FLOOD} runs of the flood`);
      expect(flooded).toBeLessThan(FLOOD * 0.05);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
