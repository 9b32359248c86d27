import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { SqliteBackend } from '../../src/backends/sqlite/index.ts';
import { Orchestrator } from '../../src/orchestrator/orchestrator.ts';
import { WORK, WorkingAgent } from '../support/stub-agents.ts';

const WORKER = fileURLToPath(new URL('sqlite/poison-worker.ts', import.meta.url));
let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'poison-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

it('a task that brings down three processes is parked: its result says so, with each loss; its dependents are cancelled, others are done', {
  timeout: 30_000,
}, async () => {
  const path = join(folder, 'runs.db');
  const orchestrator = new Orchestrator({
    backend: new SqliteBackend({ path, leaseMs: 100, pollMs: 10, maxLosses: 3 }),
  });
  const agent = new WorkingAgent();
  orchestrator.registerAgent(agent);
  await orchestrator.submitTask({ id: 'poison', title: 'poison', ...WORK });
  await orchestrator.submitTask({ id: 'after', title: 'after', ...WORK, dependencies: ['poison'] });
  await orchestrator.submitTask({ id: 'other', title: 'other', ...WORK });
  for (let life = 0; life < 3; life += 1) {
    const child = spawn(process.execPath, [WORKER, path], { stdio: 'inherit' });
    const [, signal] = await once(child, 'exit');
    expect(signal).toBe('SIGKILL');
  }
  await orchestrator.start();
  const result = await orchestrator.waitFor('poison', { timeoutMs: 10_000 });
  expect([result.success, result.error?.code, result.error?.details['losses']]).toEqual([
    false,
    'limit-reached',
    3,
  ]);
  expect(result.errorMessage).toBe(
    'Run "poison" was given up: 3 workers in a row were lost while they ran it, and no step was finished.',
  );
  const history = result.error?.details['history'] as { worker: string; lostAt: number }[];
  expect(new Set(history.map(({ worker }) => worker)).size).toBe(3);
  expect((await orchestrator.waitFor('after', { timeoutMs: 10_000 })).stopReason).toBe('dependency-failed');
  expect((await orchestrator.waitFor('other', { timeoutMs: 10_000 })).success).toBe(true);
  expect(agent.seen.some(({ title }) => title === 'poison')).toBe(false);
  await orchestrator.shutdown();
});
