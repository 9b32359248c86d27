/**
 * What an endpoint turned out not to take for a model, learned from its refusals: asked for once, then remembered as
 * long as the client lives.
 */
import type { ModelFailureKind } from './model-failure.ts';

/** How an answer in JSON of a given shape is asked for. Each endpoint takes the first that it knows. */
export type StructuredWay = 'schema' | 'tool' | 'json' | 'words';
const WAYS: readonly StructuredWay[] = ['schema', 'tool', 'json', 'words'];

/** Fields that a request can't do without. */
const NEEDED: ReadonlySet<string> = new Set(['model', 'messages', 'input', 'tools', 'functions']);

export class Quirks {
  readonly #dropped = new Set<string>();
  #limitName = 'max_tokens';
  #way = 0;
  #canStream = true;

  /** Fields to leave out. */
  get dropped(): ReadonlySet<string> {
    return this.#dropped;
  }

  /** What the field is called that limits the answer. Newer models of OpenAI's know only `max_completion_tokens`. */
  get limitName(): string {
    return this.#limitName;
  }

  get structuredWay(): StructuredWay {
    return WAYS[this.#way] ?? 'words';
  }

  get canStream(): boolean {
    return this.#canStream;
  }

  /** Takes in a refusal; true when the next request will differ. */
  learn(kind: ModelFailureKind | undefined, parameter: string | undefined): boolean {
    if (kind !== 'refused-parameter' || parameter === undefined) return false;
    if (parameter === this.#limitName) return this.#limit();
    if (['response_format', 'json_schema', 'text', 'tool_choice'].includes(parameter))
      return this.#simpler(parameter);
    if (parameter === 'stream') {
      const could = this.#canStream;
      this.#canStream = false;
      return could;
    }
    if (NEEDED.has(parameter) || this.#dropped.has(parameter)) return false;
    this.#dropped.add(parameter);
    return true;
  }

  #limit(): boolean {
    if (this.#limitName === 'max_tokens') {
      this.#limitName = 'max_completion_tokens';
      return true;
    }
    if (this.#dropped.has(this.#limitName)) return false;
    this.#dropped.add(this.#limitName);
    return true;
  }

  #simpler(parameter: string): boolean {
    const isOwnWay =
      parameter === 'tool_choice' ? this.structuredWay === 'tool' : this.structuredWay !== 'words';
    if (!isOwnWay) {
      if (this.#dropped.has(parameter)) return false;
      this.#dropped.add(parameter);
      return true;
    }
    this.#way += 1;
    return true;
  }
}
