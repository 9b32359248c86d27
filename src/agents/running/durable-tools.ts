/** Makes each call of a tool a step of the run, and one that changes something an effect; unknown tools and bad input are typed errors. */
import type { Effect } from '../../contracts/effect.ts';
import { parseWith } from '../../contracts/schema.ts';
import type { AnyTool, ToolBox, ToolCallContext } from '../../contracts/tool.ts';
import { mergeSignals } from '../../shared/abort.ts';
import { checkListOf } from '../../shared/check.ts';
import { OrchestratorError } from '../../shared/errors.ts';
import { digestJson, type JsonValue, toJsonValue } from '../../shared/json.ts';
import { type EffectHost, performEffect } from './perform-effect.ts';
import { previewInput } from './preview-input.ts';
import { CallNames, checkSameCall } from './repeatable-call.ts';
import { type CallWatch, tellCall } from './tell-calls.ts';
import type { UsageMeter } from './usage-meter.ts';

/** The tools as an agent's context offers them. `pay` is asked before each call that is really made. */
export function durableTools(
  tools: readonly AnyTool[],
  host: EffectHost,
  meter: UsageMeter,
  watch: CallWatch,
  pay: () => Promise<unknown> | undefined = () => undefined,
): ToolBox {
  return boxOf(tools, { host, meter, watch, pay, counts: new Map(), names: new CallNames() });
}

/** What all boxes of one context share. */
interface BoxServices {
  readonly host: EffectHost;
  readonly meter: UsageMeter;
  readonly watch: CallWatch;
  readonly pay: () => Promise<unknown> | undefined;
  readonly counts: Map<string, number>;
  readonly names: CallNames;
}

function boxOf(tools: readonly AnyTool[], services: BoxServices): ToolBox {
  const { host, meter, watch, pay, counts, names } = services;
  const effect = async (
    tool: AnyTool,
    key: string,
    input: unknown,
    perform: Effect['perform'],
    isLeft: () => boolean,
  ): Promise<JsonValue> => {
    const name = names.of(`tool:${tool.name}`, input);
    await checkSameCall(host, key, input);
    const made: Effect = {
      operation: tool.name,
      input: toJsonValue(input),
      onUnfinished: tool.onUnfinished ?? 'ask',
      perform,
      ...(tool.reconcile === undefined
        ? {}
        : { reconcile: async (context) => (await tool.reconcile?.(input, context)) ?? { state: 'unknown' } }),
    };
    return performEffect(host, name, made, isLeft);
  };
  const call: ToolBox['call'] = async (name, input, { callId, signal: own } = {}) => {
    const tool = tools.find((candidate) => candidate.name === name);
    if (tool === undefined) {
      const known = tools.map((candidate) => candidate.name).join(', ') || 'none';
      throw new OrchestratorError(
        'not-found',
        `There is no tool ${JSON.stringify(name)}; there are: ${known}.`,
        { details: { name, known } },
      );
    }
    const count = (counts.get(name) ?? 0) + 1;
    counts.set(name, count);
    const checked: unknown = await parseWith(tool.input, input, `The input of tool ${name}`);
    const key = callId === undefined ? `tool:${name}:#${count}` : `tool:${name}:id:${callId}`;
    const changesNothing = tool.sideEffects === 'none' || tool.sideEffects === 'read';
    const output = await tellCall<JsonValue>(watch, {
      started: () => ({ type: 'tool-call-started', call: key, tool: name, preview: previewInput(checked) }),
      finished: (end) => ({ type: 'tool-call-finished', call: key, tool: name, ...end }),
      make(begin) {
        const perform = async ({ signal, idempotencyKey }: ToolCallContext): Promise<JsonValue> => {
          begin();
          await pay();
          return tool.execute(checked, { signal: mergeSignals(own, signal), idempotencyKey });
        };
        return changesNothing
          ? host.step(key, perform, { fingerprint: digestJson({ name, input: checked }) })
          : effect(tool, key, checked, perform, () => own?.aborted === true);
      },
    });
    meter.countToolCall();
    return output;
  };
  return {
    list: Object.freeze([...tools]),
    call(name, input, options) {
      const called = call(name, input, options);
      // An agent may have let go of the call: its rejection must not end the process.
      called.catch(() => undefined);
      return called;
    },
    with(more) {
      const all = [...tools, ...checkListOf('more', more, ['execute'], 'a tool')];
      for (const [index, { name }] of all.entries()) {
        if (all.findIndex((tool) => tool.name === name) === index) continue;
        throw new OrchestratorError('already-exists', `There are two tools named ${JSON.stringify(name)}.`, {
          details: { name },
        });
      }
      return boxOf(all, services);
    },
  };
}
