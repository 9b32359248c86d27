/** What the contract in `contracts/adapter.ts` promises, as cases for any test runner. */
import assert from 'node:assert/strict';
import { type AdapterContract, AdapterStatus, AdapterType } from '../contracts/adapter.ts';
import { SIDE_EFFECTS } from '../contracts/skill.ts';
import { OrchestratorError } from '../shared/errors.ts';
import type { ContractCase } from './conformance-case.ts';

export interface AdapterConformanceOptions {
  /** Makes an enabled adapter, not connected, fresh for each case. */
  create(): AdapterContract;
  /** An operation that succeeds. */
  readonly works: { readonly operation: string; readonly parameters: unknown };
  /** An operation that fails outside, not by misuse. */
  readonly fails: { readonly operation: string; readonly parameters: unknown };
}

/** The cases for one adapter. */
export function adapterConformance({
  create,
  works,
  fails,
}: AdapterConformanceOptions): readonly ContractCase[] {
  const connected = async <T>(use: (adapter: AdapterContract) => Promise<T>): Promise<T> => {
    const adapter = create();
    await adapter.connect();
    try {
      return await use(adapter);
    } finally {
      await adapter.disconnect();
    }
  };
  return [
    {
      name: 'has a name, a known type and the side effects of each operation',
      async run() {
        const { name, type, operations } = create();
        assert.ok(name.trim() !== '');
        assert.ok(Object.values(AdapterType).includes(type), `unknown type ${type}`);
        assert.ok(Object.keys(operations).length > 0, 'there must be an operation');
        for (const [operation, effects] of Object.entries(operations)) {
          const sideEffects = typeof effects === 'string' ? effects : effects.sideEffects;
          assert.ok(SIDE_EFFECTS.includes(sideEffects), `${operation}: unknown side effects ${sideEffects}`);
        }
      },
    },
    {
      name: 'is disconnected before and after, and connecting twice is once',
      async run() {
        const adapter = create();
        assert.equal(adapter.status, AdapterStatus.DISCONNECTED);
        await adapter.connect();
        await adapter.connect();
        assert.equal(adapter.status, AdapterStatus.CONNECTED);
        assert.equal((await adapter.healthCheck()).success, true);
        await adapter.disconnect();
        await adapter.disconnect();
        assert.equal(adapter.status, AdapterStatus.DISCONNECTED);
      },
    },
    {
      name: 'resolves with the data of an operation that works',
      run: () =>
        connected(async (adapter) => {
          const result = await adapter.execute(works.operation, works.parameters);
          assert.equal(result.success, true, result.errorMessage ?? '');
          assert.equal(result.errorMessage, null);
          assert.ok(!Number.isNaN(Date.parse(result.timestamp)), 'timestamp must be a time');
        }),
    },
    {
      name: 'resolves with a reason when an operation fails',
      run: () =>
        connected(async (adapter) => {
          const result = await adapter.execute(fails.operation, fails.parameters);
          assert.equal(result.success, false);
          assert.ok(result.errorMessage, 'a failure must say why');
        }),
    },
    {
      name: 'rejects misuse with a typed error: an unknown operation, parameters that are none',
      run: () =>
        connected(async (adapter) => {
          for (const [operation, parameters] of [
            ['no-such-operation', {}],
            [works.operation, undefined],
          ] as const) {
            const error = await adapter.execute(operation, parameters).catch((caught: unknown) => caught);
            assert.ok(OrchestratorError.isInstance(error), `${operation}: expected a typed error`);
          }
        }),
    },
    {
      name: 'rejects with the reason when the signal has aborted',
      run: () =>
        connected(async (adapter) => {
          const reason = new Error('Cancelled by the contract suite.');
          await assert.rejects(
            adapter.execute(works.operation, works.parameters, { signal: AbortSignal.abort(reason) }),
            reason,
          );
        }),
    },
  ];
}
