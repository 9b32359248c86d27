/** Counts what an attempt at a task used up. */
import type { CreateResult } from '../../contracts/model.ts';
import type { Usage } from '../../contracts/task.ts';

export class UsageMeter {
  #promptTokens = 0;
  #completionTokens = 0;
  #modelCalls = 0;
  #toolCalls = 0;
  #cost: number | undefined;

  countModelCall({ usage, cost }: Pick<CreateResult, 'usage' | 'cost'>): void {
    this.#modelCalls += 1;
    // A client may say anything; less than nothing, or no number, is no cost.
    if (typeof cost === 'number' && cost >= 0 && cost < Infinity) this.#cost = sumOf(this.#cost, cost);
    this.#promptTokens += usage.promptTokens;
    this.#completionTokens += usage.completionTokens;
  }

  countToolCall(): void {
    this.#toolCalls += 1;
  }

  get usage(): Usage {
    return withCost(
      {
        promptTokens: this.#promptTokens,
        completionTokens: this.#completionTokens,
        modelCalls: this.#modelCalls,
        toolCalls: this.#toolCalls,
      },
      this.#cost,
    );
  }
}

/** Adds two counts. */
export function addUsage(a: Usage, b: Usage): Usage {
  const counts = {
    promptTokens: a.promptTokens + b.promptTokens,
    completionTokens: a.completionTokens + b.completionTokens,
    modelCalls: a.modelCalls + b.modelCalls,
    toolCalls: a.toolCalls + b.toolCalls,
  };
  return withCost(counts, sumOf(a.cost, b.cost));
}

/** Undefined only where neither is known: nothing known is not nothing. */
function sumOf(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined ? b : a + (b ?? 0);
}

function withCost(counts: Usage, cost: number | undefined): Usage {
  return cost === undefined ? counts : { ...counts, cost };
}
