import { describe, expect, it } from 'vitest';
import { rootOf } from '../../src/agents/running/root-run.ts';

describe('the root of a run', () => {
  it.each([
    ['task-1', 'task-1'],
    ['workflow-1/build', 'workflow-1'],
    ['workflow-1/build/lint', 'workflow-1'],
    ['schedule/nightly/2026-01-01T09:00:00.000Z', 'schedule/nightly/2026-01-01T09:00:00.000Z'],
    ['schedule/nightly/2026-01-01T09:00:00.000Z/build/lint', 'schedule/nightly/2026-01-01T09:00:00.000Z'],
    ['schedule/nightly', 'schedule/nightly'],
    ['schedule', 'schedule'],
  ])('of %s is %s', (runId, root) => {
    expect(rootOf(runId)).toBe(root);
  });
});
