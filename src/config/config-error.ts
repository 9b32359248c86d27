/** The errors of a configuration: which variable or key, where, what it holds and what was expected. */
import { editDistance } from '../shared/edit-distance.ts';
import { describe, OrchestratorError } from '../shared/errors.ts';
import type { ConfigKey } from './config-keys.ts';

/** A value that does not fit. What is or may hold a secret is not shown. */
export function badValue(key: ConfigKey, place: string, value: unknown): OrchestratorError {
  const got = shownValue(key, value);
  return new OrchestratorError('config-invalid', `Expected ${place} to be ${key.expected}, got ${got}.`, {
    details: { place, variable: key.variable, key: key.path, expected: key.expected, got },
  });
}

/** A key that no file may have. */
export function unknownKey(path: string, file: string, known: readonly string[]): OrchestratorError {
  const shown = path.slice(0, 100);
  const near = nearest(shown, known);
  return new OrchestratorError(
    'config-invalid',
    `\`${shown}\` in ${file} is no known key; did you mean \`${near}\`?`,
    {
      details: { key: shown, file, nearest: near },
    },
  );
}

/** A file that can't be read or understood. */
export function badFile(file: string, reason: string, cause?: unknown): OrchestratorError {
  return new OrchestratorError('config-invalid', `The configuration file ${file} ${reason}.`, {
    details: { file },
    cause,
  });
}

function shownValue(key: ConfigKey, value: unknown): string {
  if (key.isSecret === true) return 'another value (not shown)';
  // An address with an `@` may hold a password.
  if (typeof value === 'string' && value.includes('@'))
    return 'another value (not shown, it may hold a password)';
  return describe(value);
}

/** The least distance wins; case, `-` and `_` do not count. */
function nearest(path: string, known: readonly string[]): string {
  const plain = (text: string): string => text.toLowerCase().replaceAll(/[-_]/g, '');
  const last = (text: string): string => plain(text).split('.').at(-1) ?? '';
  const distances = known.map((candidate) => {
    const whole = editDistance(plain(path), plain(candidate));
    // `maxTokens` at the top was meant for `llm.maxTokens`.
    const end = editDistance(last(path), last(candidate)) + 0.5;
    return { candidate, distance: Math.min(whole, end) };
  });
  return distances.sort((a, b) => a.distance - b.distance)[0]?.candidate ?? '';
}
