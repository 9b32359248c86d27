/** Hides known texts. One pass over what it is given however many there are, since a report may hold thousands. */
import { STARS } from './learn-secrets.ts';

/** Texts are found by their first characters; all are at least this long. */
const KEY = 4;

/** Replaces each of `secrets`, also where it is written for an address, by asterisks. Texts under 4 characters are ignored. */
export function createMasker(secrets: Iterable<string>): (text: string) => string {
  const byStart = new Map<string, string[]>();
  for (const secret of new Set([...secrets].flatMap(formsOf))) {
    if (secret.length < KEY) continue;
    const start = secret.slice(0, KEY);
    byStart.set(start, [...(byStart.get(start) ?? []), secret]);
  }
  if (byStart.size === 0) return (text) => text;
  // The longest first: one secret may be the beginning of another.
  for (const candidates of byStart.values()) candidates.sort((a, b) => b.length - a.length);
  return (text) => {
    let result = '';
    let kept = 0;
    for (let index = 0; index + KEY <= text.length; index += 1) {
      const candidates = byStart.get(text.slice(index, index + KEY));
      const found = candidates?.find((secret) => text.startsWith(secret, index));
      if (found === undefined) continue;
      result += text.slice(kept, index) + STARS;
      index += found.length - 1;
      kept = index + 1;
    }
    return kept === 0 ? text : result + text.slice(kept);
  };
}

function formsOf(secret: string): readonly string[] {
  // A lone surrogate has no form in an address.
  const coded = secret.isWellFormed() ? encodeURIComponent(secret) : secret;
  return coded === secret ? [secret] : [secret, coded];
}
