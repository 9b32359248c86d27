/** Telling: listeners hear facts, in order, and never break the work. */

import { checkFunction, checkText } from './check.ts';

/** Anything with a discriminating `type`. */
export interface TypedEvent {
  readonly type: string;
}

/** Hears one kind of event. A promise that it returns is not waited for. */
export type Listener<E> = (event: E) => void;

/** Sends events to listeners. A listener that throws or rejects is reported to `onListenerError`; the rest still hear. */
export class EventSource<E extends TypedEvent> {
  readonly #listeners = new Map<string, Set<Listener<E>>>();
  readonly #onListenerError: (error: unknown, event: E) => void;

  constructor(onListenerError: (error: unknown, event: E) => void = () => undefined) {
    this.#onListenerError = onListenerError;
  }

  /** Hears events of one type, or of all with `'*'`. Returns the undo. */
  on<T extends E['type'] | '*'>(
    type: T,
    listener: Listener<T extends '*' ? E : Extract<E, { type: T }>>,
  ): () => void {
    checkFunction('listener', listener);
    const listeners = this.#listeners.get(checkText('type', type)) ?? new Set();
    this.#listeners.set(type, listeners);
    const entry: Listener<E> = (event) => (listener as Listener<E>)(event);
    listeners.add(entry);
    return () => {
      listeners.delete(entry);
      if (listeners.size === 0 && this.#listeners.get(type) === listeners) this.#listeners.delete(type);
    };
  }

  emit(event: E): void {
    this.#emitTo(this.#listeners.get(event.type), event);
    this.#emitTo(this.#listeners.get('*'), event);
  }

  #emitTo(listeners: ReadonlySet<Listener<E>> | undefined, event: E): void {
    if (listeners === undefined) return;
    // A copy: one that listens from now on hears the next event first.
    for (const listener of [...listeners]) {
      try {
        const returned: unknown = listener(event);
        // Unobserved, the rejection of an async listener would end the process.
        if (returned instanceof Promise)
          returned.catch((error: unknown) => this.#onListenerError(error, event));
      } catch (error) {
        this.#onListenerError(error, event);
      }
    }
  }

  /** How many listeners there are; for tests of leaks. */
  get listenerCount(): number {
    let count = 0;
    for (const listeners of this.#listeners.values()) count += listeners.size;
    return count;
  }
}
