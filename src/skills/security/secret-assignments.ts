/** Finds literals given to secret-like names, line by line, in any language that writes `name = "text"` or `name: text`. */
import { secretNameSort } from './secret-names.ts';
import { DOCUMENTED_KEYS, type SecretMatch } from './secret-patterns.ts';
import { isPlaceholder, isStrongSecret, type SecretNameSort } from './secret-strength.ts';

/** Languages in which a value may stand without quotes. */
const UNQUOTED = new Set(['dotenv', 'ini', 'yaml', 'shell', 'terraform', 'properties', 'dockerfile']);

/** A part of every secret-like name. */
const HINT = /pass|pwd|secret|token|key|credential/i;
const NAME = /[A-Za-z_][A-Za-z0-9_-]*/g;

/** MD5 to SHA-512 in hexadecimal digits. */
const DIGEST = /^(?:[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64}|[0-9a-f]{96}|[0-9a-f]{128})$/i;

/** Calls that take a key as it is: `jwt.sign(payload, 'key')`, `createHmac('sha256', 'key')`. */
const KEYED_CALL =
  /(?<![\w$])(?:(?:jwt|jsonwebtoken)\.(?:sign|verify|encode|decode)|createHmac|createSecretKey|create(?:C|Dec)ipheriv|cookieParser|hmac\.new)\(/g;
const CALL_LENGTH = 300;

/** Strong literals given to functions that take a key, in a line. */
export function findKeyArguments(line: string): SecretMatch[] {
  return [...line.matchAll(KEYED_CALL)].flatMap((match) => {
    const start = match.index + match[0].length;
    const given = line.slice(start, start + CALL_LENGTH);
    return [...given.matchAll(/(?<![\w$.])(["'`])([^"'`\\]{8,200})\1(?!\s{0,5}[:+.])/g)].flatMap(
      (literal) => {
        const secret = literal[2] ?? '';
        const offset = start + literal.index + 1;
        return isSecret(secret, 'token') ? [{ kind: 'key-in-call', secret, offset }] : [];
      },
    );
  });
}

/** Strong literals assigned to secret-like names in a line. */
export function findAssignments(line: string, language: string | undefined): SecretMatch[] {
  if (!HINT.test(line)) return [];
  const matches: SecretMatch[] = [];
  for (const match of line.matchAll(NAME)) {
    const sort = secretNameSort(match[0]);
    if (sort === undefined) continue;
    const value = valueAfter(line, match.index + match[0].length, language);
    if (value === undefined || !isSecret(value.meant ?? value.text, sort)) continue;
    // `verify('password', '5f4d…')`: what follows a password in a call is the digest it is compared with.
    if (value.isNextArgument && sort === 'password' && DIGEST.test(value.text)) continue;
    matches.push({
      kind: sort === 'password' ? 'password' : 'high-entropy-value',
      secret: value.text,
      offset: value.offset,
    });
  }
  return matches;
}

function isSecret(text: string, sort: SecretNameSort): boolean {
  if (!isStrongSecret(text, sort) || DOCUMENTED_KEYS.some((known) => text.includes(known))) return false;
  // Base64 of a placeholder, as in the manifests of Kubernetes.
  if (!/^[A-Za-z0-9+/]{8,}={0,2}$/.test(text) || text.length % 4 !== 0) return true;
  const decoded = Buffer.from(text, 'base64').toString('utf8').trim();
  return (
    !/^[\x20-\x7e]{4,}$/.test(decoded) || isStrongSecret(decoded, 'password') || !isPlaceholderText(decoded)
  );
}

function isPlaceholderText(text: string): boolean {
  return isPlaceholder(text) || /^[a-z]+\d{0,4}$/i.test(text);
}

interface Value {
  readonly text: string;
  readonly offset: number;
  /** What the text stands for, where it has escapes: `\\x9e` is one byte, not four letters. */
  readonly meant?: string;
  /** True when the name is an argument itself, and the literal the one after it. */
  readonly isNextArgument?: boolean;
}

/** The literal after a name that ends at `start`, or undefined when there is no operator or no literal. */
function valueAfter(line: string, start: number, language: string | undefined): Value | undefined {
  let index = start;
  if (line[index] === '"' || line[index] === "'" || line[index] === '`') index += 1;
  if (line[index] === ']') index += 1;
  index = skipSpaces(line, index);
  const operator = /^(?:\?\?=?|\|\|=?|:=|=>|==|!=|=|\?:|!:|:|,|>)/.exec(line.slice(index, index + 3))?.[0];
  // Comparisons are checks, and `>` is for `<password>text</password>`.
  if (operator === undefined || operator === '==' || operator === '!=') return undefined;
  index = skipSpaces(line, index + operator.length);
  if (operator === '>') return textOfElement(line, index);
  if (operator === ':' || operator === '?:' || operator === '!:') {
    const annotation = /^[A-Za-z_][\w.| <>[\]]{0,60}?=(?![=>])\s*/.exec(line.slice(index, index + 80));
    if (annotation !== null && language !== 'yaml') index += annotation[0].length;
  }
  const quoted = readQuoted(line, index);
  if (quoted !== undefined) return { ...quoted, isNextArgument: operator === ',' };
  const isPlainOperator = operator === '=' || operator === ':';
  if (!isPlainOperator || language === undefined || !UNQUOTED.has(language)) return undefined;
  return readPlain(line, index, language);
}

function skipSpaces(line: string, start: number): number {
  let index = start;
  while (line[index] === ' ' || line[index] === '\t') index += 1;
  return index;
}

/** A literal in quotes, with an optional prefix such as Python's `b` and `r`. Literals with parts put in give undefined. */
function readQuoted(line: string, start: number): Value | undefined {
  const prefix =
    /^(?:[bBrRuU@]{1,2}(?=["'])|new\s+String\(|String\(|Buffer\.from\(|SecretStr\()/.exec(
      line.slice(start, start + 20),
    )?.[0] ?? '';
  const open = start + prefix.length;
  const quote = line[open];
  if (quote !== '"' && quote !== "'" && quote !== '`') return undefined;
  for (let index = open + 1; index < line.length; index += 1) {
    if (line[index] === '\\') index += 1;
    else if (line[index] === quote) {
      if (isJoined(line, index + 1)) return undefined;
      const text = line.slice(open + 1, index);
      return { text, offset: open + 1, ...(/r/i.test(prefix) ? {} : { meant: unescaped(text) }) };
    }
  }
  return undefined;
}

/** Escapes of characters by number, as C, JavaScript and Python write them; others stay, as no length hangs on them. */
function unescaped(text: string): string {
  return text.replace(
    /\\(?:x([0-9a-f]{2})|u([0-9a-f]{4})|u\{([0-9a-f]{1,6})\})/gi,
    (whole, byte?: string, unit?: string, point?: string) => {
      const number = Number.parseInt(byte ?? unit ?? point ?? '', 16);
      return number <= 0x10ffff ? String.fromCodePoint(number) : whole;
    },
  );
}

/** True when more is added to the literal or something is called on it: the whole is not known then. */
function isJoined(line: string, after: number): boolean {
  return /^\s*(?:\+|\.(?!\s*$)|%|\?)/.test(line.slice(after, after + 20));
}

function readPlain(line: string, start: number, language: string): Value | undefined {
  let text = line.slice(start);
  const comment = text.search(/\s#/);
  if (comment >= 0) text = text.slice(0, comment);
  text = text.trim();
  if (language === 'shell') text = /^[^\s;&|<>()`]*/.exec(text)?.[0] ?? '';
  // YAML's tags, anchors, aliases and blocks; other formats have none of these at the start of a secret.
  if (text === '' || (language === 'yaml' && /^[!&*|>{["'-]/.test(text)) || text.includes('$'))
    return undefined;
  return { text, offset: start };
}

function textOfElement(line: string, start: number): Value | undefined {
  const end = line.indexOf('</', start);
  return end < 0 ? undefined : { text: line.slice(start, end).trim(), offset: start };
}
