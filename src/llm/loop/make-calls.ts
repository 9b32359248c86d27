/** Makes the calls of one turn: all are decided first, then those that only read run at once and the others one by one. */
import type { FunctionCall, FunctionResult } from '../../contracts/model.ts';
import { boundText } from '../../shared/bound-text.ts';
import { errorToJson } from '../../shared/errors.ts';
import { digestOf, type JsonValue } from '../../shared/json.ts';
import type { ResolvedLoopOptions, ToolCallRecord } from './loop-options.ts';
import { isOfTheRun, type PreparedCall, prepareCall } from './prepare-call.ts';
import { fenceData, textOfValue } from './show-result.ts';

/** One call with what the model is told of it. */
export interface MadeCall {
  readonly record: ToolCallRecord;
  readonly result: FunctionResult;
  readonly polling: boolean;
}

type Options = Pick<
  ResolvedLoopOptions<unknown>,
  'tools' | 'policy' | 'ask' | 'step' | 'key' | 'limits' | 'emit' | 'remark'
> & { readonly signal: AbortSignal };

/**
 * `room`: so many calls may still be made; further ones are not. Fills `made` in the order of the calls, so that those that
 * were made are known also when it rejects, which it does only with what is no matter of the model.
 */
export async function makeCalls(
  calls: readonly FunctionCall[],
  turn: number,
  room: number,
  options: Options,
  made: (MadeCall | undefined)[],
): Promise<void> {
  const idOf = (index: number): string => `${options.key}:${turn}.${index + 1}`;
  const prepared: PreparedCall[] = [];
  for (const [index, call] of calls.entries()) prepared.push(await prepareCall(call, idOf(index), options));
  let left = room;
  let waiting: (() => Promise<void>)[] = [];
  const flush = async (): Promise<void> => {
    const batch = waiting;
    waiting = [];
    await inParallel(batch, options.limits.parallel);
  };
  for (const [index, call] of calls.entries()) {
    const one = prepared[index] as PreparedCall;
    const work = async (): Promise<void> => {
      made[index] = await makeCall(call, one, idOf(index), options);
    };
    if (one.kind !== 'ready') await work();
    else if (left === 0) made[index] = notMade(call, one.input);
    else {
      left -= 1;
      const onlyReads = one.tool.sideEffects === 'none' || one.tool.sideEffects === 'read';
      if (!onlyReads) await flush();
      waiting.push(work);
      if (!onlyReads) await flush();
    }
  }
  await flush();
}

async function makeCall(
  call: FunctionCall,
  prepared: PreparedCall,
  id: string,
  options: Options,
): Promise<MadeCall> {
  const { emit, limits, tools, signal } = options;
  const close = (
    outcome: ToolCallRecord['outcome'],
    told: string,
    parts: Pick<ToolCallRecord, 'output' | 'error' | 'digest' | 'isCut'>,
  ): MadeCall => {
    emit?.({ type: 'tool-finished', call: id, tool: call.name, outcome, summary: told.slice(0, 200) });
    const { input } = prepared;
    const decision = prepared.kind === 'fault' ? 'not-made' : prepared.decision;
    const record: ToolCallRecord = { tool: call.name, input, decision, outcome, ...parts };
    const remark = options.remark?.(record);
    return {
      record,
      result: {
        callId: call.id,
        name: call.name,
        content: remark === undefined ? told : `${told}\n${remark}`,
        isError: outcome !== 'done',
      },
      polling: prepared.kind === 'ready' && prepared.tool.polling === true,
    };
  };
  if (prepared.kind !== 'ready') {
    const digest = digestOf(prepared.why);
    return close(prepared.kind, prepared.why, { output: null, error: null, digest, isCut: false });
  }
  const { tool, input } = prepared;
  emit?.({ type: 'tool-started', call: id, tool: tool.name, input });
  try {
    const output: JsonValue = await tools.call(tool.name, input, { signal });
    const text = textOfValue(tool.present === undefined ? output : tool.present(output));
    const { digest, isCut, text: shown } = boundText(text, limits.resultCharacters);
    return close('done', fenceData(`result of ${tool.name}`, shown), { output, error: null, digest, isCut });
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    if (isOfTheRun(error)) throw error;
    const json = errorToJson(error);
    const { text, digest, isCut } = boundText(json.message, limits.resultCharacters);
    const told = fenceData(`error of ${tool.name}, ${json.code}`, text);
    return close('failed', told, { output: null, error: json, digest, isCut });
  }
}

function notMade(call: FunctionCall, input: JsonValue): MadeCall {
  const told = 'Not made: the limit of calls is reached.';
  return {
    record: {
      tool: call.name,
      input,
      decision: 'not-made',
      outcome: 'not-made',
      output: null,
      error: null,
      digest: digestOf(told),
      isCut: false,
    },
    result: { callId: call.id, name: call.name, content: told, isError: true },
    polling: false,
  };
}

/** All are waited for, also when one fails: nothing may go on behind the loop's back. */
async function inParallel(works: readonly (() => Promise<void>)[], most: number): Promise<void> {
  const queue = [...works];
  const failures: unknown[] = [];
  const lane = async (): Promise<void> => {
    for (let work = queue.shift(); work !== undefined && failures.length === 0; work = queue.shift()) {
      try {
        await work();
      } catch (error) {
        failures.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(most, works.length) }, lane));
  if (failures.length > 0) throw failures[0];
}
