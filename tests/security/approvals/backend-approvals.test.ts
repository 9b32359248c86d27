import { afterEach, describe, expect, it } from 'vitest';
import { MemoryBackend } from '../../../src/backends/memory/index.ts';
import type { ApprovalDecision, ApprovalRequest } from '../../../src/contracts/approval.ts';
import { Approvals } from '../../../src/security/approvals/backend-approvals.ts';
import type { JsonValue } from '../../../src/shared/json.ts';
import { systemClock } from '../../../src/shared/time.ts';

const backends: MemoryBackend[] = [];
afterEach(async () => {
  for (const backend of backends.splice(0)) await backend.stop();
});

/** Approvals of a backend whose run `ask` puts the question. */
async function asking(request: ApprovalRequest): Promise<{
  readonly backend: MemoryBackend;
  readonly approvals: Approvals;
}> {
  const backend = new MemoryBackend();
  backends.push(backend);
  const approvals = new Approvals({ backend, clock: systemClock, tenant: 'default' });
  backend.register('ask', async (run) => {
    const decision: ApprovalDecision = await approvals.ask(run, request);
    return decision.approved;
  });
  await backend.start();
  await backend.submit('ask', null, { id: 'ask-1', queue: 'tasks', tenant: 'default' });
  return { backend, approvals };
}

const SOUND: ApprovalRequest = { key: 'q', kind: 'tool', title: 'May it?', payload: { amount: 7 } };
const CIRCLE: Record<string, unknown> = {};
CIRCLE['me'] = CIRCLE;

describe('approvals', () => {
  it.each([
    ['without a title', { title: undefined }, 'request.title'],
    ['with a payload that refers to itself', { payload: CIRCLE }, 'request.payload'],
    ['with a payload that JSON has no word for', { payload: 5n }, 'request.payload'],
    ['with a time that is none', { timeoutMs: Number.NaN }, 'request.timeoutMs'],
  ])('refuse a question %s', async (_what, bad, argument) => {
    const { backend } = await asking({ ...SOUND, ...bad } as unknown as ApprovalRequest);
    expect(await backend.store.result('ask-1', 'default')).toMatchObject({
      error: { code: 'invalid-argument', details: { argument } },
    });
  });

  it.each<[string, JsonValue]>([
    ['of a newer release', { schemaVersion: 2, question: 'May it?' }],
    ['without its approval', { schemaVersion: 1 }],
    [
      'that is decided, but not how',
      {
        schemaVersion: 1,
        approval: { id: 'x', runId: 'x', status: 'approved', requestedAt: 1, decision: null },
      },
    ],
  ])('go on beside a record %s', async (_what, record) => {
    const { backend, approvals } = await asking(SOUND);
    await backend.store.state('default').put('approval/strange', record, 0);
    await approvals.heal();
    await expect.poll(() => approvals.pending()).toHaveLength(1);
    const [approval] = await approvals.pending();
    await approvals.decide(approval?.id ?? '', true);
    expect(await backend.store.result('ask-1', 'default')).toMatchObject({ output: true });
    await expect(approvals.decide('strange', true)).rejects.toMatchObject({ code: 'schema-mismatch' });
  });
});
