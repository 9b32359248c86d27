/** Tells a real secret from a placeholder, a dummy, a name, a path or a hash, by the text alone. */

/** Shannon entropy in bits per character. 0 for the empty text. */
export function entropyOf(text: string): number {
  const counts = new Map<string, number>();
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  const length = [...counts.values()].reduce((sum, count) => sum + count, 0);
  let bits = 0;
  for (const count of counts.values()) bits -= (count / length) * Math.log2(count / length);
  return bits;
}

const PLACEHOLDER_WORDS = [
  'change',
  'replace',
  'your',
  'placeholder',
  'example',
  'dummy',
  'sample',
  'xxx',
  'todo',
  'fixme',
  'insert',
  'redacted',
  'masked',
  'fake',
  'mock',
  'foobar',
  'qwerty',
  'notreal',
  'not-real',
  'not_real',
  'invalid',
  'undefined',
  'lorem',
  'hunter2',
  '***',
  '...',
  '•••',
  'correcthorse',
  'fill',
  'set-me',
  'put-',
]; // prettier-ignore

/** True for what stands in for a secret: `<your token>`, `${TOKEN}`, `changeme`, `xxxx`, `%(token)s`, `{{ token }}`. */
export function isPlaceholder(text: string): boolean {
  return isStandIn(text) || isRegular(text.toLowerCase());
}

/** The same without the rule about regular texts, which short names of people and roles often are. */
export function isStandIn(text: string): boolean {
  const lower = text.toLowerCase();
  if (PLACEHOLDER_WORDS.some((word) => lower.includes(word))) return true;
  if (/^(?:<.*>|\[.*\]|\{.*\}|%.*%|__.*__)$/.test(text)) return true;
  return /\$\{|\$\(|\{\{|<%|%\(|#\{|^\$[A-Za-z_]\w*$|^%s|^@/.test(text);
}

/** True for runs (`12345678`, `abcdefgh`), repeats (`deadbeefdeadbeef`) and texts of few different characters. */
export function isRegular(text: string): boolean {
  if (new Set(text).size <= Math.min(4, text.length - 1)) return true;
  let steps = 0;
  for (let index = 1; index < text.length; index += 1) {
    if (Math.abs(text.charCodeAt(index) - text.charCodeAt(index - 1)) <= 1) steps += 1;
  }
  if (steps / (text.length - 1) >= 0.5) return true;
  for (let period = 1; period <= Math.min(12, Math.floor(text.length / 2)); period += 1) {
    if (text.slice(period) === text.slice(0, text.length - period)) return true;
  }
  return false;
}

const FILLERS =
  'secret password passwd passphrase pass token apikey key super my very jwt api dev local admin user root client auth session app default prod production test testing the for and cookie signing private public access refresh value string'.split(
    ' ',
  );

/** True when hardly anything is left once ordinary words and signs are taken away: `my-super-secret-key1`. */
function isDummy(text: string): boolean {
  let rest = text.toLowerCase();
  for (const word of FILLERS) rest = rest.replaceAll(word, ' ');
  const left = rest.replace(/[^a-z0-9]+/g, '');
  return left.length < 5 || isRegular(left);
}

const UUID = /^\{?[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\}?$/i;
const HASHED =
  /^(?:sha(?:1|224|256|384|512)[-:]|\$2[aby]?\$|\$argon2|\$scrypt|\$pbkdf2|\$[156]\$|pbkdf2|\{(?:cipher|ssha)\}|ENC\[|AQICAH)/i;
const REFERENCE =
  /^(?:https?|file|ftp|wss?|op|vault|arn|env|secret|secrets|ssm|projects|urn|data|ref)[:/]|^\.{0,2}\/|^~\/|^[A-Za-z]:\\/i;
const PUBLIC = /^(?:ssh-|pk_(?:live|test)_|-----BEGIN (?:PUBLIC|CERTIFICATE))/;

/** True for texts of another sort: UUIDs, hashes, references to a store, paths, addresses, public keys, sentences. */
function isOtherSort(text: string): boolean {
  if (isSlashedKey(text)) return false;
  if (UUID.test(text) || HASHED.test(text) || REFERENCE.test(text) || PUBLIC.test(text)) return true;
  if (/\s/.test(text) || /^[\w.+-]+@[\w-]+\.[\w.-]+$/.test(text)) return true;
  if (/^\d{4}-\d\d-\d\d/.test(text) || /^[\d.,:_-]+$/.test(text)) return true;
  // Code, markup, patterns and lists rather than one opaque value.
  if (/[()<>{};]|^[#.][A-Za-z]|\\[dws]|^\^|,.*,/.test(text)) return true;
  return isNameLike(text);
}

/** True for base64 that happens to begin with a slash, which one key in 64 does: no path has parts like these. */
function isSlashedKey(text: string): boolean {
  if (!/^\/[A-Za-z0-9+/]{31,}={0,2}$/.test(text)) return false;
  const parts = text.split('/');
  if (parts.some((part) => /^[a-z]{3,}$/.test(part))) return false;
  const longest = parts.reduce((best, part) => (part.length > best.length ? part : best), '');
  return longest.length >= 12 && /[a-z]/.test(longest) && /[A-Z]/.test(longest) && /\d/.test(longest);
}

/** True for names that carry a figure or two, as keys of a store do: `font-mono-char-width-0.7rem`, `cart.items.v2`. */
export function isWordy(text: string, fewest = 3): boolean {
  const parts = text.split(/[-_./:]+|(?<=[a-z])(?=[A-Z][a-z])/);
  const words = parts.filter((part) => /^[a-z]{3,15}\d?$/i.test(part) && /[aeiouy]/i.test(part));
  const others = parts
    .filter((part) => !words.includes(part) && !(part.length > 1 && isRegular(part)))
    .join('');
  return words.length >= fewest && others.length <= 8;
}

/** True for identifiers and dotted, dashed or slashed names made of words: `auth.accessToken`, `DB_PASSWORD`. */
function isNameLike(text: string): boolean {
  const parts = text.split(/[-_./:\s]+/).flatMap((part) => part.split(/(?<=[a-z])(?=[A-Z])/));
  return parts.every(
    (part) =>
      /^[A-Z]?[a-z]*$|^[A-Z]+$|^\d{0,4}$/.test(part) && (part.length < 16 || !/[a-z].*[A-Z]/.test(part)),
  );
}

/** How the name a text is given to asks to judge it. */
export type SecretNameSort = 'password' | 'token';

/** True when the text is strong enough to be a real secret under a name of that sort. */
export function isStrongSecret(text: string, sort: SecretNameSort): boolean {
  if (text.length < 8 || text.length > 512) return false;
  if (isPlaceholder(text) || isOtherSort(text) || isDummy(text)) return false;
  // A passphrase is made of words as well; a token is not.
  if (sort === 'token' && isWordy(text)) return false;
  const classes = [/[a-z]/, /[A-Z]/, /\d/, /[^A-Za-z0-9]/].filter((pattern) => pattern.test(text)).length;
  const entropy = entropyOf(text);
  const isHex = /^[0-9a-f]+$/i.test(text);
  if (text.length >= 16 && /\d/.test(text) && /[a-z]/i.test(text) && entropy >= (isHex ? 2.8 : 3.3))
    return true;
  if (text.length >= 24 && classes >= 2 && entropy >= 4) return true;
  return classes >= 3 && /\d/.test(text) && entropy >= 2.7 && text.length >= (sort === 'password' ? 8 : 12);
}
