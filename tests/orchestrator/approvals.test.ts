import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Orchestrator, type OrchestratorEvent, Workflow, WorkflowEngine } from 'autogen-orchestrator';
import { SqliteBackend } from 'autogen-orchestrator/backends/sqlite';
import { ManualClock } from 'autogen-orchestrator/testing';
import { describe, expect, it } from 'vitest';
import { MemoryBackend } from '../../src/backends/memory/index.ts';
import type { Approval } from '../../src/contracts/approval.ts';
import { approvalKey, fromRecord, toRecord } from '../../src/security/approvals/approval-record.ts';
import { digestJson } from '../../src/shared/json.ts';

const ASK = {
  id: 'ask',
  name: 'ask',
  stepType: 'approval',
  config: { title: 'Release ${inputs.version}?', payload: { version: '${inputs.version}', files: ['a'] } },
} as const;
const flow = (config: object = {}): Workflow =>
  new Workflow({ name: 'release', steps: [{ ...ASK, config: { ...ASK.config, ...config } }] });

interface Desk {
  pendingApprovals(): Promise<readonly Approval[]>;
}

async function firstOf(desk: Desk): Promise<Approval> {
  let found: readonly Approval[] = [];
  const look = async (): Promise<number> => {
    found = await desk.pendingApprovals();
    return found.length;
  };
  await expect.poll(look, { timeout: 10_000 }).toBe(1);
  return found[0] as Approval;
}

describe('an approval step', () => {
  it('shows what it is about, filled in, and goes on with the answer', async () => {
    const events: OrchestratorEvent[] = [];
    const orchestrator = new Orchestrator();
    orchestrator.on('*', (event) => events.push(event));
    const running = orchestrator.runWorkflow(flow(), { version: '1.2' });
    const approval = await firstOf(orchestrator);
    expect(approval).toMatchObject({
      kind: 'workflow-step',
      title: 'Release 1.2?',
      payload: { version: '1.2', files: ['a'] },
      payloadDigest: digestJson({ version: '1.2', files: ['a'] }),
      status: 'pending',
      decision: null,
    });
    await orchestrator.approve(approval.id, {
      by: 'Ada',
      note: 'fine',
      answer: { version: '1.2.1' },
      payloadDigest: approval.payloadDigest,
    });
    const result = await running;
    await orchestrator.shutdown();
    expect(result).toMatchObject({
      success: true,
      outputs: { ask: { approved: true, by: 'Ada', note: 'fine', answer: { version: '1.2.1' } } },
    });
    expect(events.filter(({ type }) => type.startsWith('approval-')).map(({ type }) => type)).toEqual([
      'approval-requested',
      'approval-decided',
    ]);
  });

  it('fails with a typed reason when it is refused', async () => {
    const engine = new WorkflowEngine();
    const running = engine.execute(flow(), { version: '2' });
    await engine.reject((await firstOf(engine)).id, { note: 'not on a Friday' });
    const result = await running;
    await engine.close();
    expect(result).toMatchObject({
      success: false,
      stepResults: { ask: { error: { code: 'not-approved', details: { note: 'not on a Friday' } } } },
    });
  });

  it.for([
    ['is refused', {}, false],
    ['goes on where that was asked for', { onTimeout: 'approve' }, true],
  ] as const)('%s when nobody decides in time', async ([, config, success]) => {
    const clock = new ManualClock();
    const orchestrator = new Orchestrator({ clock });
    const running = orchestrator.runWorkflow(flow({ timeoutSeconds: 60, ...config }), { version: '3' });
    const { id, expiresAt } = await firstOf(orchestrator);
    expect(expiresAt).toBe(clock.now() + 60_000);
    await clock.advance(60_000);
    expect((await running).success).toBe(success);
    await expect(orchestrator.approve(id)).rejects.toMatchObject({
      code: 'already-exists',
      details: { status: 'expired' },
    });
    await orchestrator.shutdown();
  });
});

describe('a decision', () => {
  it('is what the record says, whatever is signalled to the run', async () => {
    const backend = new MemoryBackend();
    const orchestrator = new Orchestrator({ backend });
    const running = orchestrator.runWorkflow(flow(), { version: '1' });
    const { id, runId } = await firstOf(orchestrator);
    for (const forged of [{ approved: true, by: 'Mallory' }, 'hello', null])
      await backend.signal(runId, 'default', `approval:${id}`, forged);
    expect(await orchestrator.pendingApprovals()).toHaveLength(1);
    await orchestrator.reject(id, 'no');
    expect((await running).success).toBe(false);
    await orchestrator.shutdown();
  });

  it('shows no secret, and is bound to what was really asked all the same', async () => {
    const token = 'ghp_0123456789abcdefghijABCDEFGHIJ012345';
    const orchestrator = new Orchestrator();
    const running = orchestrator.runWorkflow(
      flow({ title: `Use ${token}?`, payload: { password: 'hunter2', token } }),
    );
    const approval = await firstOf(orchestrator);
    expect(JSON.stringify(approval)).not.toMatch(/hunter2|ghp_0/);
    expect(approval.payloadDigest).toBe(digestJson({ password: 'hunter2', token }));
    await orchestrator.approve(approval.id, { payloadDigest: approval.payloadDigest });
    expect((await running).success).toBe(true);
    await orchestrator.shutdown();
  });

  it('after its time is no decision, also when nothing was running meanwhile', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'approvals-'));
    const clock = new ManualClock();
    const open = (): Orchestrator =>
      new Orchestrator({ clock, backend: new SqliteBackend({ path: join(folder, 'runs.db'), clock }) });
    try {
      const first = open();
      const running = first.runWorkflow(flow({ timeoutSeconds: 60 }), { version: '1' });
      running.catch(() => undefined);
      const { id } = await firstOf(first);
      await first.shutdown();
      await clock.advance(60_000);
      const second = open();
      await expect(second.approve(id)).rejects.toMatchObject({
        code: 'already-exists',
        details: { status: 'expired' },
      });
      await second.shutdown();
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('that refuses is not asked again by the retries of the step', async () => {
    const orchestrator = new Orchestrator();
    const workflow = new Workflow({ name: 'release', steps: [{ ...ASK, maxRetries: 3 }] });
    const running = orchestrator.runWorkflow(workflow, { version: '1' });
    await orchestrator.reject((await firstOf(orchestrator)).id, 'no');
    expect((await running).success).toBe(false);
    await orchestrator.shutdown();
  });

  it('is the first one, however many are made at once', async () => {
    const orchestrator = new Orchestrator();
    const running = orchestrator.runWorkflow(flow(), { version: '1' });
    const { id } = await firstOf(orchestrator);
    const made = await Promise.allSettled(
      Array.from({ length: 20 }, (_, index) =>
        index % 2 === 0
          ? orchestrator.approve(id, { by: `${index}` })
          : orchestrator.reject(id, { by: `${index}` }),
      ),
    );
    const held = made.filter((one) => one.status === 'fulfilled');
    expect(held).toHaveLength(1);
    for (const one of made)
      if (one.status === 'rejected') expect(one.reason).toMatchObject({ code: 'already-exists' });
    const result = await running;
    await orchestrator.shutdown();
    expect(result.success).toBe(held[0]?.value.status === 'approved');
  });

  it('on something else than what is asked is refused', async () => {
    const orchestrator = new Orchestrator();
    const running = orchestrator.runWorkflow(flow(), { version: '1' });
    const { id } = await firstOf(orchestrator);
    await expect(orchestrator.approve(id, { payloadDigest: digestJson('other') })).rejects.toMatchObject({
      code: 'version-conflict',
    });
    await orchestrator.approve(id);
    expect((await running).success).toBe(true);
    await orchestrator.shutdown();
  });

  it('is not asked for any more when the run was cancelled', async () => {
    const orchestrator = new Orchestrator();
    const controller = new AbortController();
    const running = orchestrator.runWorkflow(flow(), { version: '1' }, { signal: controller.signal });
    const { id } = await firstOf(orchestrator);
    controller.abort('enough');
    await running;
    await expect(orchestrator.approve(id)).rejects.toMatchObject({ code: 'not-found' });
    expect(await orchestrator.pendingApprovals()).toEqual([]);
    await orchestrator.shutdown();
  });

  it('is another tenant’s secret', async () => {
    const backend = new MemoryBackend();
    const north = new Orchestrator({ backend, tenant: 'north' });
    const south = new Orchestrator({ backend, tenant: 'south' });
    const running = north.runWorkflow(flow(), { version: '1' });
    const { id } = await firstOf(north);
    expect(await south.pendingApprovals()).toEqual([]);
    await expect(south.approve(id)).rejects.toMatchObject({ code: 'not-found' });
    await north.approve(id);
    await running;
    await north.shutdown();
  });

  it('reaches a run whose process died before it could be told, at the next start', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'approvals-'));
    const open = (): { backend: SqliteBackend; orchestrator: Orchestrator } => {
      const backend = new SqliteBackend({ path: join(folder, 'runs.db'), leaseMs: 500, pollMs: 20 });
      return { backend, orchestrator: new Orchestrator({ backend }) };
    };
    try {
      const first = open();
      const running = first.orchestrator.runWorkflow(flow(), { version: '1' });
      running.catch(() => undefined);
      const asked = await firstOf(first.orchestrator);
      // What a process leaves that died between the record and the signal.
      const state = first.backend.store.state('default');
      const record = await state.get(approvalKey(asked.id));
      if (record === undefined) throw new Error('The approval was expected to be kept.');
      const decision = { approved: true, by: 'Ada', note: null, answer: null, at: 1, isExpired: false };
      const decided = { ...fromRecord(record).approval, status: 'approved', decision } as const;
      await state.put(record.key, toRecord(decided), record.version);
      await first.orchestrator.shutdown();

      const second = open();
      await second.orchestrator.start();
      await expect
        .poll(async () => (await second.backend.store.get(asked.runId, 'default'))?.status)
        .toBe('completed');
      await second.orchestrator.shutdown();
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
