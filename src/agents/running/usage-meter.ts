/** Counts what an attempt at a task used up. */
import type { Usage } from '../../contracts/task.ts';

export class UsageMeter {
  #promptTokens = 0;
  #completionTokens = 0;
  #modelCalls = 0;
  #toolCalls = 0;

  countModelCall(usage: Pick<Usage, 'promptTokens' | 'completionTokens'>): void {
    this.#modelCalls += 1;
    this.#promptTokens += usage.promptTokens;
    this.#completionTokens += usage.completionTokens;
  }

  countToolCall(): void {
    this.#toolCalls += 1;
  }

  get usage(): Usage {
    return {
      promptTokens: this.#promptTokens,
      completionTokens: this.#completionTokens,
      modelCalls: this.#modelCalls,
      toolCalls: this.#toolCalls,
    };
  }
}

/** Adds two counts. */
export function addUsage(a: Usage, b: Usage): Usage {
  return {
    promptTokens: a.promptTokens + b.promptTokens,
    completionTokens: a.completionTokens + b.completionTokens,
    modelCalls: a.modelCalls + b.modelCalls,
    toolCalls: a.toolCalls + b.toolCalls,
  };
}
