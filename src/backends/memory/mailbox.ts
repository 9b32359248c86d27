/** Signals of one run: kept until somebody waits for them, each delivered once. */
import type { JsonValue } from '../../shared/json.ts';

export class Mailbox {
  readonly #kept = new Map<string, JsonValue[]>();
  readonly #waiting = new Map<string, ((payload: JsonValue) => void)[]>();
  readonly #seen = new Set<string>();

  /** The same dedupe key is taken once. */
  put(name: string, payload: JsonValue, dedupeKey: string | undefined): void {
    if (dedupeKey !== undefined) {
      if (this.#seen.has(dedupeKey)) return;
      this.#seen.add(dedupeKey);
    }
    const receive = this.#waiting.get(name)?.shift();
    if (receive !== undefined) receive(payload);
    else this.#kept.set(name, [...(this.#kept.get(name) ?? []), payload]);
  }

  /** The oldest signal of that name, now or when it comes. `forget` gives up the wait. */
  take(name: string): { readonly payload: Promise<JsonValue>; readonly forget: () => void } {
    const kept = this.#kept.get(name);
    if (kept !== undefined && kept.length > 0) {
      return { payload: Promise.resolve(kept.shift() as JsonValue), forget: () => undefined };
    }
    const { promise, resolve } = Promise.withResolvers<JsonValue>();
    const waiting = this.#waiting.get(name) ?? [];
    this.#waiting.set(name, waiting);
    waiting.push(resolve);
    return {
      payload: promise,
      forget: () => {
        const index = waiting.indexOf(resolve);
        if (index >= 0) waiting.splice(index, 1);
      },
    };
  }

  clear(): void {
    this.#kept.clear();
    this.#waiting.clear();
  }
}
