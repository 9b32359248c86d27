import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parseLogLevel } from '../../src/observability/log-level.ts';
import { createLogger, type LoggerOptions, silentLogger } from '../../src/observability/logger.ts';
import { InvalidArgumentError, OrchestratorError } from '../../src/shared/errors.ts';
import { ManualClock } from '../../src/testing/manual-clock.ts';

const SOURCE = fileURLToPath(new URL('../../src/observability/logger.ts', import.meta.url));

function recorded(options: LoggerOptions = {}) {
  const lines: string[] = [];
  const stream = { write: (line: string) => lines.push(line) };
  const logger = createLogger({ clock: new ManualClock(), format: 'json', stream, ...options });
  const records = (): Record<string, unknown>[] =>
    lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  return { logger, lines, records };
}

describe('levels', () => {
  it.each([
    ['WARNING', 'warn'],
    ['Critical', 'fatal'],
    ['DEBUG', 'debug'],
    [' info ', 'info'],
    ['silent', 'silent'],
  ])('reads %j as %s', (name, level) => {
    expect(parseLogLevel(name)).toBe(level);
    expect(createLogger({ level: name }).level).toBe(level);
  });

  it.each(['loud', '', 'constructor', 3, undefined])('does not read %j', (name) => {
    expect(parseLogLevel(name)).toBeUndefined();
  });

  it('names the levels there are when given another', () => {
    expect(() => createLogger({ level: 'loud' })).toThrow(
      /Expected `level` to be one of trace, debug.*critical, got "loud"/,
    );
  });

  it('writes from its level up and nothing below', () => {
    const { logger, records } = recorded({ level: 'warn' });
    logger.trace({}, 'a');
    logger.debug({}, 'b');
    logger.info({}, 'c');
    logger.warn({}, 'd');
    logger.error({}, 'e');
    logger.fatal({}, 'f');
    expect(records().map(({ level }) => level)).toEqual(['warn', 'error', 'fatal']);
    expect([logger.isLevelEnabled('info'), logger.isLevelEnabled('error')]).toEqual([false, true]);
  });
});

describe('lines', () => {
  it('is JSON with level, time, fields and message', () => {
    const { logger, records } = recorded();
    logger.info({ taskId: 'task-1', files: 3 }, 'Done.');
    expect(records()).toEqual([
      { level: 'info', time: '2026-01-01T00:00:00.000Z', taskId: 'task-1', files: 3, message: 'Done.' },
    ]);
  });

  it('carries the bindings of all loggers above, the nearest winning', () => {
    const { logger, records } = recorded({ bindings: { tenant: 'a' } });
    logger.child({ runId: 'r1', step: 1 }).child({ step: 2 }).info({}, 'x');
    logger.info({}, 'y');
    expect(records()).toMatchObject([{ tenant: 'a', runId: 'r1', step: 2 }, { tenant: 'a' }]);
    expect(records()[1]).not.toHaveProperty('runId');
  });

  it('does not let a field stand in for the level, the time or the message', () => {
    const { logger, records } = recorded();
    logger.info({ level: 'fatal', message: 'fake', time: 'never' }, 'true');
    expect(records()[0]).toMatchObject({
      level: 'info',
      message: 'true',
      'field.level': 'fatal',
      'field.time': 'never',
    });
  });

  it('hides what stands under a name of several secrets, and shows counts of tokens', () => {
    const { logger, lines, records } = recorded();
    const usage = { promptTokens: 12, tokens: 3 };
    logger.info({ tokens: ['planted-1'], secrets: { a: 'planted-2' }, apiKeys: 'planted-3', usage }, 'x');
    expect(lines.join('')).not.toContain('planted');
    expect(records()[0]).toMatchObject({ usage });
  });

  it('keeps code, details, causes and stack of errors', () => {
    const { logger, records } = recorded();
    const error = new OrchestratorError('not-found', 'Gone.', {
      details: { id: 'x' },
      cause: new Error('why'),
    });
    logger.error({ error }, 'Failed.');
    expect(records()[0]?.['error']).toMatchObject({
      code: 'not-found',
      details: { id: 'x' },
      cause: { message: 'why' },
      stack: expect.stringContaining('logger.test'),
    });
  });

  it('goes to standard error by default and leaves standard output alone', () => {
    const script = `const { createLogger } = await import(${JSON.stringify(SOURCE)});
      createLogger({ level: 'CRITICAL' }).fatal({ apiKey: 'k' }, 'bye'); createLogger().info({}, 'hello'); process.exit(3);`;
    const { stdout, stderr, status } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
      encoding: 'utf8',
    });
    expect({ stdout, status }).toEqual({ stdout: '', status: 3 });
    const records = stderr
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as object);
    expect(records).toMatchObject([
      { level: 'fatal', message: 'bye', apiKey: '[redacted]' },
      { message: 'hello' },
    ]);
  });
});

describe('redaction', () => {
  it('hides what stands under the name of a secret, however deep', () => {
    const { logger, lines } = recorded();
    logger.info(
      { a: { deep: [{ token: 'one' }] }, headers: { Authorization: 'two' }, 'X-Api-Key': 'three' },
      'x',
    );
    expect(lines.join('')).not.toMatch(/one|two|three/);
    expect(lines.join('').match(/\[redacted\]/g)).toHaveLength(3);
  });

  it('hides a registered value in fields, keys, bindings, messages and errors', () => {
    const { logger, lines } = recorded({ secrets: ['hunter2!'] });
    logger
      .child({ url: 'https://u:hunter2!@host' })
      .warn({ 'hunter2!': 1, error: new Error('bad hunter2!') }, 'with hunter2!');
    expect(lines.join('')).not.toContain('hunter2');
    expect(lines).toHaveLength(1);
  });

  it('hides a value that was registered after a child was made', () => {
    const secrets = new Set<string>();
    const { logger, lines } = recorded({ secrets });
    const child = logger.child({ note: 'uses s3cr3t-value' });
    secrets.add('s3cr3t-value');
    child.info({}, 's3cr3t-value');
    expect(lines.join('')).not.toContain('s3cr3t');
  });

  it('leaves names alone that only look like secrets', () => {
    const { logger, records } = recorded();
    logger.info({ maxTokens: 12, tokenize: 'yes', hasPassword: true, author: 'me' }, 'x');
    expect(records()[0]).toMatchObject({ maxTokens: 12, tokenize: 'yes', hasPassword: true, author: 'me' });
  });

  it('takes another redaction in place of its own, for fields and messages', () => {
    const redact = (value: unknown): unknown => JSON.parse(JSON.stringify(value).replaceAll('Anna', '***'));
    const { logger, records } = recorded({ redact });
    logger.info({ user: { name: 'Anna' } }, 'Hello Anna');
    expect(records()[0]).toMatchObject({ user: { name: '***' }, message: 'Hello ***' });
  });

  it('shows nothing when the redaction fails', () => {
    const { logger, lines } = recorded({
      redact: () => {
        throw new Error('broken');
      },
    });
    logger.info({ password: 'open' }, 'open');
    expect(lines.join('')).not.toContain('open');
    expect(lines).toHaveLength(1);
  });

  it('refuses both secrets and a redaction, of which only one would count', () => {
    expect(() => createLogger({ secrets: ['abcd'], redact: (value) => value })).toThrow(InvalidArgumentError);
  });
});

describe('what goes wrong', () => {
  it('never throws into the work', () => {
    const { logger, records } = recorded();
    const circular: Record<string, unknown> = { name: 'loop' };
    circular['self'] = circular;
    const hostile = {
      get bad() {
        throw new Error('no');
      },
    };
    logger.info(
      {
        circular,
        hostile,
        big: 10n,
        json: {
          toJSON: () => {
            throw new Error('no');
          },
        },
      },
      'x',
    );
    expect(records()[0]).toMatchObject({
      circular: { name: 'loop', self: '[circular]' },
      hostile: { bad: '[unreadable]' },
      big: '10',
      json: '[unreadable]',
    });
    logger.info(null as never, undefined as never);
    logger.info(
      new Proxy(
        {},
        {
          ownKeys: () => {
            throw new Error('no');
          },
        },
      ),
      'y',
    );
    expect(records().at(-1)).toMatchObject({ message: 'y' });
  });

  it('goes on when the stream fails', () => {
    const stream = {
      write() {
        throw new Error('full');
      },
    };
    expect(() => createLogger({ stream }).error({}, 'x')).not.toThrow();
  });

  it('has a logger that says nothing', () => {
    expect(silentLogger.child({ a: 1 })).toBe(silentLogger);
    expect(() => silentLogger.error({}, 'x')).not.toThrow();
  });
});

describe('the readable form', () => {
  it('is chosen for a terminal, with colours', () => {
    const lines: string[] = [];
    const stream = { isTTY: true, write: (line: string) => lines.push(line) };
    createLogger({ stream, clock: new ManualClock() }).warn({ runId: 'run-1', note: 'two words' }, 'Slow.');
    expect(lines).toEqual(['00:00:00.000 \u001B[33mWARN \u001B[0m Slow. runId=run-1 note="two words"\n']);
  });

  it('puts the stack of an error below', () => {
    const { logger, lines } = recorded({ format: 'readable' });
    logger.error({ error: new Error('broken') }, 'Failed.');
    expect(lines[0]).toMatch(
      /^00:00:00\.000 ERROR Failed\. error=\{.*"message":"broken".*\}\n {4}Error: broken\n {8}at /,
    );
  });

  it('does not let what is logged steer the terminal', () => {
    const { logger, lines } = recorded({ format: 'readable' });
    logger.info({ name: '\u009B2J\u202Eevil', '\u001B[2J': 1 }, '\u001B[2J gone\nfake line');
    expect(lines[0]?.trimEnd()).not.toMatch(/[\p{Cc}\u202E]/u);
    expect(lines[0]).toContain('\\u001b[2J gone\\u000afake line');
  });
});
