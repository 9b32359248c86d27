/** Makes each call of a tool a step of the run; unknown tools and bad input are typed errors. */
import { parseWith } from '../../contracts/schema.ts';
import type { AnyTool, ToolBox } from '../../contracts/tool.ts';
import { OrchestratorError } from '../../shared/errors.ts';
import { digestJson } from '../../shared/json.ts';
import type { StepFunction } from './step-function.ts';
import type { UsageMeter } from './usage-meter.ts';

/** The tools as an agent's context offers them. `pay` is asked before each call that is really made. */
export function durableTools(
  tools: readonly AnyTool[],
  step: StepFunction,
  meter: UsageMeter,
  pay: () => Promise<unknown> | undefined = () => undefined,
): ToolBox {
  const counts = new Map<string, number>();
  const call: ToolBox['call'] = async (name, input, { callId } = {}) => {
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
    const output = await step(
      callId === undefined ? `tool:${name}:#${count}` : `tool:${name}:id:${callId}`,
      async ({ signal, idempotencyKey }) => {
        await pay();
        return tool.execute(checked, { signal, idempotencyKey });
      },
      { fingerprint: digestJson({ name, input: checked }) },
    );
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
  };
}
