/** A secret that does not show when its holder is logged, printed or written as JSON. */
import { inspect } from 'node:util';
import { checkText } from '../shared/check.ts';

const SHOWN = '[redacted]';

/** Holds a text that only {@link Secret.reveal} gives out. */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = checkText('value', value);
    Object.freeze(this);
  }

  /** The secret itself. */
  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return SHOWN;
  }

  toJSON(): string {
    return SHOWN;
  }

  [inspect.custom](): string {
    return SHOWN;
  }
}
