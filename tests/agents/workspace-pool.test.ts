import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { WorkspacePool } from '../../src/agents/running/workspace-pool.ts';

it('a run whose tasks go on keeps its snapshot, however many others come', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'pool-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await writeFile(join(folder, 'a.txt'), 'a');
  const pool = new WorkspacePool(folder);
  const first = await pool.for('long');
  for (let other = 0; other < 10; other += 1) {
    await pool.for(`other-${other}`);
    expect(await pool.for('long')).toBe(first);
  }
});

it('a workspace that could not be opened is opened by the next call', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'pool-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const pool = new WorkspacePool(join(folder, 'later'));
  await expect(pool.for('run')).rejects.toMatchObject({ code: 'not-found' });
  await mkdir(join(folder, 'later'));
  expect((await pool.for('run')).workspace).toBeDefined();
});
