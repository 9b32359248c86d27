import { BaseAgent, Orchestrator, type TaskOutcome } from 'autogen-orchestrator';
import { describe, expect, it } from 'vitest';
import { performEffect } from '../../src/agents/running/perform-effect.ts';
import type { StepFunction } from '../../src/agents/running/step-function.ts';
import type { AdapterContract } from '../../src/contracts/adapter.ts';
import type { AgentContext } from '../../src/contracts/agent.ts';
import type { AskApproval } from '../../src/contracts/approval.ts';
import type { AnyTool } from '../../src/contracts/tool.ts';
import { type ErrorJson, errorFromJson, errorToJson, OrchestratorError } from '../../src/shared/errors.ts';
import { type JsonValue, toJsonValue } from '../../src/shared/json.ts';

/** A journal as a resumed run finds it: what a key gave or threw, it gives or throws again. */
function journal(found: Readonly<Record<string, JsonValue>>): StepFunction {
  const known = new Map<string, { readonly value: JsonValue } | { readonly error: ErrorJson }>(
    Object.entries(found).map(([key, value]) => [key, { value }]),
  );
  return async <T extends JsonValue>(key: string, work: Parameters<StepFunction>[1]): Promise<T> => {
    if (!known.has(key)) {
      const made = work({ idempotencyKey: key, signal: new AbortController().signal });
      known.set(
        key,
        await made.then(
          (value) => ({ value: toJsonValue(value) }),
          (error: unknown) => ({ error: errorToJson(error) }),
        ),
      );
    }
    const entry = known.get(key);
    if (entry !== undefined && 'value' in entry) return entry.value as T;
    throw errorFromJson((entry as { readonly error: ErrorJson }).error);
  };
}

const refuse: AskApproval = () =>
  Promise.resolve({ approved: false, by: 'ann', note: 'leave it', answer: null, at: 0, isExpired: false });

describe('an effect over several attempts at a task', () => {
  it.each([
    ['a person gave it up', refuse, 'effect-unfinished'],
    [
      'the question about it could not be put',
      () => Promise.reject(new OrchestratorError('not-allowed', 'no')),
      'not-allowed',
    ],
  ] as const)('is not done by the next attempt after %s', async (_what, ask: AskApproval, code) => {
    const step = journal({ 'pay/intent': 'the mark of a process that died' });
    let performed = 0;
    const effect = {
      operation: 'Pay',
      perform: (): Promise<JsonValue> => {
        performed += 1;
        return Promise.resolve('paid');
      },
    };
    for (const attempt of [1, 2, 3])
      await expect(performEffect({ step, once: step, attempt, ask }, 'pay', effect)).rejects.toMatchObject({
        code,
      });
    expect(performed).toBe(0);
  });

  it.each([
    ['undefined', undefined],
    ['a function', () => 1],
    ['an object that JSON leaves out', { toJSON: () => undefined }],
  ])('has happened when its work returned %s: the receipt is null', async (_what, returned) => {
    const { receipts, performed } = await inAttempts((context, count) =>
      context.effect('mail', {
        operation: 'Send a mail',
        perform: () => {
          count();
          return Promise.resolve(returned as unknown as JsonValue);
        },
      }),
    );
    expect([receipts, performed]).toEqual([[null, null], 1]);
  });

  it.each([
    ['a person is asked', undefined, 1],
    ['it is done again where the other side knows its key', 'retry', 2],
  ] as const)('that the caller let go of may have happened: %s', async (_what, onUnfinished, times) => {
    const { performed, asked } = await inAttempts(async (context, count) => {
      const left = new AbortController();
      const tool: AnyTool = {
        ...mailer(count),
        ...(onUnfinished && { onUnfinished }),
        execute: (_input, { signal }) => {
          count();
          return new Promise((_, reject) => {
            signal.addEventListener('abort', () => reject(signal.reason as Error));
            left.abort();
          });
        },
      };
      const called = context.tools.with([tool]).call('mail', {}, { signal: left.signal });
      return called.catch((error: unknown) => (OrchestratorError.isInstance(error) ? error.code : 'aborted'));
    });
    expect([performed, asked]).toEqual([times, onUnfinished === undefined ? 1 : 0]);
  });

  it.each([
    [
      'has happened when its adapter succeeded, though its result can not be kept',
      { success: true, output: 5n },
      1,
    ],
    [
      'may be done again when its adapter failed, for whatever reason',
      { success: false, error: { code: 'odd' } },
      2,
    ],
  ])('%s', async (_what, result, times) => {
    let performed = 0;
    const adapter = {
      name: 'mail',
      type: 'custom',
      status: 'connected',
      operations: { send: 'external' },
      connect: () => Promise.resolve(),
      disconnect: () => Promise.resolve(),
      healthCheck: () => Promise.resolve(true),
      execute: () => {
        performed += 1;
        return Promise.resolve(result);
      },
    } as unknown as AdapterContract;
    const { receipts } = await inAttempts(
      (context) =>
        (context.adapters.get('mail') as AdapterContract).execute('send', {}).then(
          ({ success }) => success,
          (error: unknown) => (error as OrchestratorError).code,
        ),
      [adapter],
    );
    expect([performed, receipts]).toEqual([
      times,
      times === 1 ? ['invalid-json', 'invalid-json'] : [false, false],
    ]);
  });

  it('is made for each call of a tool, also through a box with further tools', async () => {
    const { performed } = await inAttempts(async (context, count) => {
      const boxes = [context.tools.with([mailer(count)]), context.tools.with([mailer(count)])];
      for (const box of boxes) await box.call('mail', { to: 'ann' });
      return null;
    });
    expect(performed).toBe(2);
  });
});

function mailer(count: () => void): AnyTool {
  return {
    name: 'mail',
    description: 'Sends a mail.',
    input: { '~standard': { version: 1, vendor: 'test', validate: (value: unknown) => ({ value }) } },
    sideEffects: 'external',
    execute: () => {
      count();
      return Promise.resolve('sent');
    },
  };
}

/** A task whose first attempt fails after `work`, and what `work` gave in both. */
async function inAttempts(
  work: (context: AgentContext, count: () => void) => Promise<JsonValue>,
  adapters: readonly AdapterContract[] = [],
): Promise<{
  readonly receipts: readonly JsonValue[];
  readonly performed: number;
  readonly asked: number;
}> {
  const receipts: JsonValue[] = [];
  let performed = 0;
  class Mailer extends BaseAgent {
    constructor() {
      super({ name: 'Mailer', description: 'Mails.', capabilities: ['data_modeling'], taskTypes: ['data'] });
    }

    override async handleTask(_task: unknown, context: AgentContext): Promise<TaskOutcome> {
      receipts.push(
        await work(context, () => {
          performed += 1;
        }),
      );
      return { success: context.run.attempt > 1, retryable: true };
    }
  }
  let asked = 0;
  const orchestrator = new Orchestrator({ adapters });
  orchestrator.on('approval-requested', ({ approval }) => {
    asked += 1;
    void orchestrator.reject(approval.id, { note: 'leave it' });
  });
  orchestrator.registerAgent(new Mailer());
  await orchestrator.start();
  try {
    const retryConfig = { strategy: 'immediate', maxRetries: 1 } as const;
    const task = { title: 'Mail', description: 'Mail it.', taskType: 'data', retryConfig } as const;
    expect(await orchestrator.runTask(task)).toMatchObject({ success: true });
  } finally {
    await orchestrator.shutdown();
  }
  return { receipts, performed, asked };
}
