/** Makes each operation of an adapter a step of the run; one that changes something is an effect, with intent and receipt. */
import type { AdapterContract, AdapterResult } from '../../contracts/adapter.ts';
import type { OperationEffects } from '../../contracts/effect.ts';
import { mergeSignals } from '../../shared/abort.ts';
import { digestJson, type JsonValue, toJsonValue } from '../../shared/json.ts';
import { type EffectHost, performEffect } from './perform-effect.ts';

/** The adapters as an agent's context offers them. Connecting is left to whoever owns them. */
export function durableAdapters(
  adapters: ReadonlyMap<string, AdapterContract>,
  host: EffectHost,
): ReadonlyMap<string, AdapterContract> {
  const counts = new Map<string, number>();
  const next = (name: string): number => {
    const count = (counts.get(name) ?? 0) + 1;
    counts.set(name, count);
    return count;
  };
  return new Map([...adapters].map(([name, adapter]) => [name, durable(adapter, host, next)]));
}

function durable(
  adapter: AdapterContract,
  host: EffectHost,
  next: (name: string) => number,
): AdapterContract {
  const execute: AdapterContract['execute'] = async (operation, parameters, options = {}) => {
    const key = `adapter:${adapter.name}:${operation}`;
    const keyed =
      options.idempotencyKey === undefined ? `${key}:#${next(key)}` : `${key}:id:${options.idempotencyKey}`;
    const call = async ({
      signal,
      idempotencyKey,
    }: {
      signal: AbortSignal;
      idempotencyKey: string;
    }): Promise<JsonValue> =>
      toJsonValue(
        await adapter.execute(operation, parameters, {
          signal: mergeSignals(options.signal, signal),
          idempotencyKey,
        }),
      );
    const { sideEffects, onUnfinished = 'ask' } = effectsOf(adapter, operation);
    const journalled =
      sideEffects === 'none' || sideEffects === 'read'
        ? await host.step(keyed, call, { fingerprint: digestJson({ operation, parameters }) })
        : await performEffect(host, keyed, {
            operation: `${adapter.name}: ${operation}`,
            input: toJsonValue(parameters),
            onUnfinished,
            perform: call,
            ...(adapter.reconcile === undefined
              ? {}
              : {
                  reconcile: async (context) =>
                    (await adapter.reconcile?.(operation, parameters, context)) ?? { state: 'unknown' },
                }),
          });
    return journalled as unknown as AdapterResult;
  };
  return {
    name: adapter.name,
    type: adapter.type,
    get status() {
      return adapter.status;
    },
    operations: adapter.operations,
    connect: () => adapter.connect(),
    disconnect: () => adapter.disconnect(),
    execute,
    healthCheck: () => adapter.healthCheck(),
  };
}

/** What an operation changes. One that the adapter does not list may change anything. */
function effectsOf({ operations }: AdapterContract, operation: string): OperationEffects {
  const declared = Object.hasOwn(operations, operation) ? operations[operation] : undefined;
  if (declared === undefined) return { sideEffects: 'external' };
  return typeof declared === 'string' ? { sideEffects: declared } : declared;
}
