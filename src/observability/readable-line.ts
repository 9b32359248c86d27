/** One log line for people: time, level, message, then the fields. */

const COLORS: Readonly<Record<string, string>> = {
  trace: '\u001B[90m',
  debug: '\u001B[36m',
  info: '\u001B[32m',
  warn: '\u001B[33m',
  error: '\u001B[31m',
  fatal: '\u001B[35m',
};
const RESET = '\u001B[0m';

/**
 * Turns a JSON log line into `12:00:01.250 WARN  the message key=value`; an error's stack goes below, indented.
 * Control characters of what was logged are shown as escapes: a log must not steer the terminal.
 * A line that is not JSON comes back as it is, made safe.
 */
export function readableLine(
  json: string,
  { hasColors = false }: { readonly hasColors?: boolean } = {},
): string {
  let record: Record<string, unknown>;
  try {
    record = JSON.parse(json) as Record<string, unknown>;
  } catch {
    return `${safe(json.trimEnd())}\n`;
  }
  const { level, time, message, ...fields } = record;
  const name = String(level);
  const label = name.toUpperCase().padEnd(5);
  const shown = hasColors ? `${COLORS[name] ?? ''}${label}${RESET}` : label;
  const clock = typeof time === 'string' ? time.slice(11, 23) : '';
  const stacks: string[] = [];
  const rest = Object.entries(fields).map(([key, value]) => ` ${safe(key)}=${fieldText(value, stacks)}`);
  const below = stacks.map((stack) => `\n${stack}`).join('');
  return `${[clock, shown, safe(String(message ?? ''))].filter((part) => part !== '').join(' ')}${rest.join('')}${below}\n`;
}

function fieldText(value: unknown, stacks: string[]): string {
  if (typeof value === 'object' && value !== null && 'stack' in value && typeof value.stack === 'string') {
    const { stack, ...rest } = value as Record<string, unknown> & { stack: string };
    stacks.push(
      stack
        .split('\n')
        .map((line) => `    ${safe(line)}`)
        .join('\n'),
    );
    return safe(JSON.stringify(rest));
  }
  if (typeof value === 'string' && /^[\w.:/@-]+$/.test(value)) return value;
  return safe(JSON.stringify(value) ?? 'undefined');
}

/** Controls (C0, C1), line separators and the marks that turn the writing direction. */
const UNSAFE = /[\p{Cc}\p{Zl}\p{Zp}\u202A-\u202E\u2066-\u2069]/gu;

function safe(text: string): string {
  return text.replaceAll(
    UNSAFE,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
