/** Makes each operation of an adapter a step of the run; one that changes something is an effect, with intent and receipt. */
import type { AdapterContract, AdapterResult } from '../../contracts/adapter.ts';
import type { Effect, EffectContext, OperationEffects } from '../../contracts/effect.ts';
import { mergeSignals } from '../../shared/abort.ts';
import { ERROR_CODES, OrchestratorError } from '../../shared/errors.ts';
import { digestJson, type JsonValue, toJsonValue } from '../../shared/json.ts';
import { type EffectHost, performEffect } from './perform-effect.ts';
import { previewInput } from './preview-input.ts';
import { CallNames, checkSameCall } from './repeatable-call.ts';
import { type CallWatch, tellCall } from './tell-calls.ts';

/** The adapters as an agent's context offers them. Connecting is left to whoever owns them. */
export function durableAdapters(
  adapters: ReadonlyMap<string, AdapterContract>,
  host: EffectHost,
  watch: CallWatch,
): ReadonlyMap<string, AdapterContract> {
  const counts = new Map<string, number>();
  const next = (name: string): number => {
    const count = (counts.get(name) ?? 0) + 1;
    counts.set(name, count);
    return count;
  };
  const names = new CallNames();
  return new Map([...adapters].map(([name, adapter]) => [name, durable(adapter, host, watch, next, names)]));
}

function durable(
  adapter: AdapterContract,
  host: EffectHost,
  watch: CallWatch,
  next: (name: string) => number,
  names: CallNames,
): AdapterContract {
  const execute: AdapterContract['execute'] = (operation, parameters, options = {}) => {
    const what = `adapter:${adapter.name}:${operation}`;
    const { idempotencyKey: id } = options;
    const key = id === undefined ? `${what}:#${next(what)}` : `${what}:id:${id}`;
    const call = { call: key, adapter: adapter.name, operation };
    return tellCall<AdapterResult>(watch, {
      started: () => ({ type: 'adapter-call-started', ...call, preview: previewInput(parameters) }),
      finished: (end, result) => ({
        type: 'adapter-call-finished',
        ...call,
        ...end,
        ...(result?.success === false && { ok: false, errorCode: result.error?.code ?? 'internal' }),
      }),
      make: (begin) =>
        made(
          what,
          key,
          operation,
          parameters,
          (context) => {
            begin();
            const signal = mergeSignals(options.signal, context.signal);
            return adapter.execute(operation, parameters, { ...context, signal });
          },
          () => options.signal?.aborted === true,
        ),
    });
  };
  const made = async (
    what: string,
    key: string,
    operation: string,
    parameters: unknown,
    call: (context: EffectContext) => Promise<AdapterResult>,
    isLeft: () => boolean,
  ): Promise<AdapterResult> => {
    const { sideEffects, onUnfinished = 'ask' } = effectsOf(adapter, operation);
    if (sideEffects === 'none' || sideEffects === 'read') {
      const fingerprint = digestJson({ operation, parameters });
      return asResult(
        await host.step(key, async (context) => toJsonValue(await call(context)), { fingerprint }),
      );
    }
    const name = names.of(what, parameters);
    await checkSameCall(host, key, parameters);
    try {
      const effect: Effect = {
        operation: `${adapter.name}: ${operation}`,
        input: toJsonValue(parameters),
        onUnfinished,
        perform: async (context) => receiptOf(await call(context)),
        ...(adapter.reconcile === undefined
          ? {}
          : {
              reconcile: async (context) =>
                (await adapter.reconcile?.(operation, parameters, context)) ?? { state: 'unknown' },
            }),
      };
      return asResult(await performEffect(host, name, effect, isLeft));
    } catch (error) {
      const failed = OrchestratorError.isInstance(error) ? error.details[FAILED] : undefined;
      if (failed === undefined) throw error;
      return asResult(failed);
    }
  };
  return {
    name: adapter.name,
    type: adapter.type,
    get status() {
      return adapter.status;
    },
    // Some know their operations only once they are connected.
    get operations() {
      return adapter.operations;
    },
    connect: () => adapter.connect(),
    disconnect: () => adapter.disconnect(),
    execute,
    healthCheck: () => adapter.healthCheck(),
    ...(adapter.describe === undefined ? {} : { describe: (operation) => adapter.describe?.(operation) }),
  };
}

/** Under which an error carries the result of an operation that failed: no receipt, so that another attempt may do it. */
const FAILED = 'adapterResult';

/** What a stranger's adapter gives that is no result counts as done: only a result can say that it failed. */
function receiptOf(result: AdapterResult | undefined): JsonValue {
  // As it is: that it can't be written down is no failure of the operation, for which it would be done again.
  if (result?.success !== false) return result as unknown as JsonValue;
  const code = ERROR_CODES.find((known) => known === result.error?.code) ?? 'internal';
  throw new OrchestratorError(code, String(result.errorMessage ?? 'The operation failed.'), {
    details: { [FAILED]: toJsonValue(result) },
  });
}

function asResult(value: JsonValue): AdapterResult {
  return value as unknown as AdapterResult;
}

/** What an operation changes. One that the adapter does not list may change anything. */
function effectsOf({ operations }: AdapterContract, operation: string): OperationEffects {
  // An adapter of somebody's may lack the list.
  const listed = (operations as AdapterContract['operations'] | undefined) ?? {};
  const declared = Object.hasOwn(listed, operation) ? listed[operation] : undefined;
  if (declared === undefined) return { sideEffects: 'external' };
  return typeof declared === 'string' ? { sideEffects: declared } : declared;
}
