import { describe, expect, it } from 'vitest';
import { silentLogger } from '../../src/observability/logger.ts';
import { MetricsCollector } from '../../src/observability/metrics.ts';
import { Tracer } from '../../src/observability/tracer.ts';
import { Orchestrator } from '../../src/orchestrator/orchestrator.ts';
import { WORK, WorkingAgent } from '../support/stub-agents.ts';

describe('what is measured', () => {
  it('counts, times and traces each attempt at a task', async () => {
    const metrics = new MetricsCollector();
    const tracer = new Tracer();
    const agent = new WorkingAgent(() => {
      if (agent.seen.length === 1) throw new Error('once');
      return { success: true };
    });
    await using orchestrator = new Orchestrator({ metrics, tracer, logger: silentLogger });
    orchestrator.registerAgent(agent);
    await orchestrator.runTask({ title: 'Measured', ...WORK, retryConfig: { strategy: 'immediate' } });
    expect(metrics.getCounter('task_attempts_total', { agent: 'Worker', outcome: 'failed' })).toBe(1);
    expect(metrics.getCounter('task_attempts_total', { agent: 'Worker', outcome: 'completed' })).toBe(1);
    expect(metrics.getSummary('task_attempt_ms', { agent: 'Worker' })?.count).toBe(2);
    expect(metrics.export({ format: 'prometheus' })).toContain('task_attempts_total');
    expect(tracer.traceIds.map((id) => tracer.getTrace(id).map(({ name }) => name))).toEqual([
      ['task.attempt'],
      ['task.attempt'],
    ]);
  });
});
