/** Results of a test run, read from what the runners' own reporters write. Each reader gives undefined for text that is no report. */
import { isPlainObject } from '../../shared/json.ts';

export interface FailedTest {
  readonly name: string;
  /** As the runner gives it: absolute, or relative to where it ran. */
  readonly file: string | undefined;
  readonly line: number | undefined;
  readonly message: string;
}

export interface TestResults {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly failures: readonly FailedTest[];
}

const MAX_FAILURES = 200;

/** Lines of our reporter for `node --test`: a mark, then JSON. Its last line tells the end; without it, the report was cut. */
export function readNodeReport(text: string, mark: string): TestResults | undefined {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  const failures: FailedTest[] = [];
  let isWhole = false;
  for (const line of text.split('\n')) {
    if (!line.startsWith(mark)) continue;
    const event = parse(line.slice(mark.length));
    if (!isPlainObject(event)) continue;
    if (event['type'] === 'end') {
      isWhole = true;
      continue;
    }
    if (event['skip'] === true || event['todo'] === true) counts.skipped += 1;
    else if (event['type'] === 'test:pass') counts.passed += 1;
    else {
      counts.failed += 1;
      failures.push({
        name: textOf(event['name']),
        file: optionalText(event['file']),
        line: numberOf(event['line']) || undefined,
        message: textOf(event['message']),
      });
    }
  }
  return isWhole ? { ...counts, failures: failures.slice(0, MAX_FAILURES) } : undefined;
}

/** The JSON of jest, which vitest writes too. */
export function readJestReport(text: string): TestResults | undefined {
  const report = parse(text);
  if (!isPlainObject(report) || !Array.isArray(report['testResults'])) return undefined;
  const failures: FailedTest[] = [];
  let brokenFiles = 0;
  for (const suite of report['testResults']) {
    if (!isPlainObject(suite)) continue;
    const file = optionalText(suite['name']);
    const cases: readonly unknown[] = Array.isArray(suite['assertionResults'])
      ? suite['assertionResults']
      : [];
    const failed = cases.filter(isPlainObject).filter((one) => one['status'] === 'failed');
    if (suite['status'] === 'failed' && failed.length === 0) {
      brokenFiles += 1;
      failures.push({
        name: file ?? 'a test file',
        file,
        line: undefined,
        message: textOf(suite['message']),
      });
    }
    for (const one of failed) {
      const location = isPlainObject(one['location']) ? numberOf(one['location']['line']) : 0;
      const messages = Array.isArray(one['failureMessages']) ? one['failureMessages'] : [];
      failures.push({
        name: textOf(one['fullName'] ?? one['title']),
        file,
        line: location || undefined,
        message: textOf(messages[0]),
      });
    }
  }
  return {
    passed: numberOf(report['numPassedTests']),
    failed: numberOf(report['numFailedTests']) + brokenFiles,
    skipped: numberOf(report['numPendingTests']) + numberOf(report['numTodoTests']),
    failures: failures.slice(0, MAX_FAILURES),
  };
}

/** The JSON of mocha. */
export function readMochaReport(text: string): TestResults | undefined {
  const report = parse(text);
  if (!isPlainObject(report) || !isPlainObject(report['stats'])) return undefined;
  const { stats, failures = [] } = report as { stats: Record<string, unknown>; failures?: unknown };
  return {
    passed: numberOf(stats['passes']),
    failed: numberOf(stats['failures']),
    skipped: numberOf(stats['pending']),
    failures: (Array.isArray(failures) ? failures : [])
      .filter(isPlainObject)
      .slice(0, MAX_FAILURES)
      .map((one) => ({
        name: textOf(one['fullTitle']),
        file: optionalText(one['file']),
        line: undefined,
        message: isPlainObject(one['err']) ? textOf(one['err']['message']) : '',
      })),
  };
}

/** JUnit XML as pytest writes it. Elements are counted; the totals in attributes are only said, not shown. */
export function readJUnitReport(text: string): TestResults | undefined {
  if (!text.includes('<testsuite')) return undefined;
  const counts = { passed: 0, failed: 0, skipped: 0 };
  const failures: FailedTest[] = [];
  for (const piece of text.split('<testcase').slice(1)) {
    const head = piece.slice(0, piece.indexOf('>') + 1);
    const end = head.endsWith('/>') ? head.length : piece.indexOf('</testcase>');
    const body = piece.slice(head.length, end < 0 ? undefined : end);
    const fault = /<(?:failure|error)\b[^>]{0,20000}>/.exec(body)?.[0];
    if (fault !== undefined) {
      counts.failed += 1;
      const name = [attribute(head, 'classname'), attribute(head, 'name')].filter(Boolean).join('.');
      const module = attribute(head, 'classname')?.replaceAll('.', '/');
      const file = attribute(head, 'file') ?? (module === undefined ? undefined : `${module}.py`);
      failures.push({
        name,
        file,
        line: Number(attribute(head, 'line')) + 1 || undefined,
        message: attribute(fault, 'message') ?? '',
      });
    } else if (/<skipped\b/.test(body)) counts.skipped += 1;
    else counts.passed += 1;
  }
  return { ...counts, failures: failures.slice(0, MAX_FAILURES) };
}

/** Events of `go test -json`, one a line. */
export function readGoReport(text: string): TestResults | undefined {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  const failures: FailedTest[] = [];
  const said = new Map<string, string>();
  let isSeen = false;
  for (const line of text.split('\n')) {
    const event = line.startsWith('{') ? parse(line) : undefined;
    if (!isPlainObject(event) || typeof event['Action'] !== 'string') continue;
    isSeen = true;
    const name = optionalText(event['Test']);
    if (name === undefined) continue;
    const key = `${textOf(event['Package'])}.${name}`;
    if (event['Action'] === 'output')
      said.set(key, `${said.get(key) ?? ''}${textOf(event['Output'])}`.slice(0, 2000));
    else if (event['Action'] === 'pass') counts.passed += 1;
    else if (event['Action'] === 'skip') counts.skipped += 1;
    else if (event['Action'] === 'fail') {
      counts.failed += 1;
      const place = /([\w./-]{1,200}_test\.go):(\d{1,7}):/.exec(said.get(key) ?? '');
      failures.push({
        name: key,
        file: place?.[1],
        line: place === null ? undefined : Number(place[2]),
        message: said.get(key) ?? '',
      });
    }
  }
  return isSeen ? { ...counts, failures: failures.slice(0, MAX_FAILURES) } : undefined;
}

/** What `cargo test` prints: one line a test, and where each failed one panicked. */
export function readCargoReport(text: string): TestResults | undefined {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  const failures: FailedTest[] = [];
  for (const [, name = '', outcome] of text.matchAll(
    /^test (\S{1,300})(?: - should panic)? \.\.\. (ok|FAILED|ignored)/gm,
  )) {
    if (outcome === 'ok') counts.passed += 1;
    else if (outcome === 'ignored') counts.skipped += 1;
    else {
      counts.failed += 1;
      const at = text.indexOf(`---- ${name} stdout ----`);
      const place =
        at < 0
          ? null
          : /panicked at (?:'.{0,500}', )?([\w./-]{1,200}\.rs):(\d{1,7})/.exec(text.slice(at, at + 2000));
      failures.push({
        name,
        file: place?.[1],
        line: place === null ? undefined : Number(place[2]),
        message: at < 0 ? '' : text.slice(at, at + 500),
      });
    }
  }
  return /^test result: /m.test(text) ? { ...counts, failures: failures.slice(0, MAX_FAILURES) } : undefined;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value.slice(0, 4000) : '';
}

function optionalText(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function numberOf(value: unknown): number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : 0;
}

function attribute(tag: string, name: string): string | undefined {
  const start = tag.indexOf(` ${name}="`);
  if (start < 0) return undefined;
  const from = start + name.length + 3;
  const end = tag.indexOf('"', from);
  const text = tag.slice(from, end < 0 ? undefined : end).slice(0, 4000);
  return text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#10;', '\n')
    .replaceAll('&amp;', '&');
}
