import { describe, expect, it } from 'vitest';
import { performEffect } from '../../src/agents/running/perform-effect.ts';
import type { StepFunction } from '../../src/agents/running/step-function.ts';
import { OrchestratorError } from '../../src/shared/errors.ts';
import type { JsonValue } from '../../src/shared/json.ts';

/** Steps of a process that may lose its run while it writes an intent. */
function stepsThat(loseTheRun: boolean): { readonly step: StepFunction; readonly recorded: string[] } {
  const recorded: string[] = [];
  let isLost = false;
  const step: StepFunction = async (key, work) => {
    const confirm = async (): Promise<void> => {
      if (isLost) throw new OrchestratorError('stopped', 'Others have the run.');
    };
    const result = await work({ idempotencyKey: key, signal: new AbortController().signal, confirm });
    recorded.push(key);
    if (loseTheRun && key.endsWith('/intent')) isLost = true;
    return result;
  };
  return { step, recorded };
}

describe('an effect', () => {
  it.each([
    [false, ['pay/intent', 'pay'], 1],
    [true, ['pay/intent'], 0],
  ])(
    'is begun only when the run was not lost while its intent was written (lost: %s)',
    async (isLost, keys, times) => {
      const { step, recorded } = stepsThat(isLost);
      let performed = 0;
      const effect = {
        operation: 'Pay',
        perform: async (): Promise<JsonValue> => {
          performed += 1;
          return 'paid';
        },
      };
      const outcome = performEffect({ step, once: step, attempt: 1, ask: undefined }, 'pay', effect);
      if (isLost) await expect(outcome).rejects.toMatchObject({ code: 'stopped' });
      else expect(await outcome).toBe('paid');
      expect([recorded, performed]).toEqual([keys, times]);
    },
  );
});
