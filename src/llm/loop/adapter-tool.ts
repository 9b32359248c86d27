/** Makes a tool of an adapter's operation. */
import type { AdapterContract } from '../../contracts/adapter.ts';
import type { UnfinishedPolicy } from '../../contracts/effect.ts';
import type { Schema } from '../../contracts/schema.ts';
import type { AnyTool } from '../../contracts/tool.ts';
import { checkMethods, checkObject, checkText } from '../../shared/check.ts';
import { errorFromJson, InvalidArgumentError } from '../../shared/errors.ts';
import { digestOf, isPlainObject, type JsonObject, type JsonValue, toJsonValue } from '../../shared/json.ts';

/** What is said of the operation in place of what the adapter says of it. */
export interface AdapterToolOptions {
  /** @default `ADAPTER_OPERATION` */
  readonly name?: string;
  readonly description?: string;
  /** JSON Schema of the operation's parameters. */
  readonly parameters?: JsonObject;
  /** @default the adapter's */
  readonly onUnfinished?: UnfinishedPolicy;
}

const MOST_NAME = 64;

/**
 * The tool fails where the operation does. The adapter checks the parameters; here is only seen that there are those that
 * the JSON Schema requires. Throws {@link InvalidArgumentError} for an operation that nobody describes.
 */
export function adapterTool(
  adapter: AdapterContract,
  operation: string,
  options: AdapterToolOptions = {},
): AnyTool {
  checkMethods('adapter', adapter, ['execute'], 'an adapter');
  checkText('operation', operation);
  checkObject('options', options);
  const declared = Object.hasOwn(adapter.operations, operation) ? adapter.operations[operation] : undefined;
  if (declared === undefined)
    throw new InvalidArgumentError(
      'operation',
      `one of ${Object.keys(adapter.operations).join(', ')}`,
      operation,
    );
  const effects = typeof declared === 'string' ? { sideEffects: declared } : declared;
  const told = adapter.describe?.(operation);
  const description = checkText('options.description', options.description ?? told?.description);
  const parameters = checkObject('options.parameters', options.parameters ?? told?.parameters) as JsonObject;
  const onUnfinished = options.onUnfinished ?? effects.onUnfinished;
  const { reconcile } = adapter;
  return {
    name: options.name ?? toolName(adapter.name, operation),
    description,
    sideEffects: effects.sideEffects,
    input: requiring(parameters),
    parameters,
    ...(onUnfinished === undefined ? {} : { onUnfinished }),
    async execute(input, { signal, idempotencyKey }): Promise<JsonValue> {
      const result = await adapter.execute(operation, input, { signal, idempotencyKey });
      if (!result.success && result.error !== null) throw errorFromJson(result.error);
      return toJsonValue(result.data);
    },
    present: presentData,
    ...(reconcile === undefined
      ? {}
      : { reconcile: (input, context) => reconcile.call(adapter, operation, input, context) }),
  };
}

/** All operations that the adapter describes. */
export function adapterTools(
  adapter: AdapterContract,
  options: Pick<AdapterToolOptions, 'onUnfinished'> = {},
): readonly AnyTool[] {
  checkMethods('adapter', adapter, ['execute'], 'an adapter');
  return Object.keys(adapter.operations)
    .filter((operation) => adapter.describe?.(operation) !== undefined)
    .map((operation) => adapterTool(adapter, operation, options));
}

/** Endpoints take letters, digits, `_` and `-`. A name that had to be changed gets a part of its digest. */
function toolName(adapter: string, operation: string): string {
  const whole = `${adapter}_${operation}`;
  const plain = whole.replace(/[^A-Za-z0-9_-]/g, '_');
  if (plain === whole && whole.length <= MOST_NAME) return whole;
  return `${plain.slice(0, MOST_NAME - 9)}_${digestOf(whole).slice('sha256:'.length, 'sha256:'.length + 8)}`;
}

function requiring({ required }: JsonObject): Schema<unknown> {
  const names = Array.isArray(required) ? required.map(String) : [];
  return {
    '~standard': {
      version: 1,
      vendor: 'autogen-orchestrator',
      validate: (value) => {
        if (!isPlainObject(value)) return { issues: [{ message: 'expected an object' }] };
        const missing = names.filter((name) => !Object.hasOwn(value, name));
        return missing.length === 0
          ? { value }
          : { issues: missing.map((name) => ({ message: 'is missing', path: [name] })) };
      },
    },
  };
}

/** What servers of tools give twice, as text and as JSON, is shown once. */
function presentData(output: JsonValue): JsonValue {
  const text = isPlainObject(output) ? output['text'] : undefined;
  return typeof text === 'string' ? text : output;
}
