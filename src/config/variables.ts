/** Checks what is read as environment variables: `process.env` or an object in its place. */
import { InvalidArgumentError } from '../shared/errors.ts';

/** Throws {@link InvalidArgumentError} for what is no object. `process.env` is no plain one, so any class will do. */
export function checkVariables(environment: unknown): void {
  if (typeof environment !== 'object' || environment === null || Array.isArray(environment))
    throw new InvalidArgumentError('environment', 'an object of variables', environment);
}
