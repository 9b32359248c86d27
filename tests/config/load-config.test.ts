import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import { CONFIG_KEYS } from '../../src/config/config-keys.ts';
import { loadConfig } from '../../src/config/load-config.ts';
import { Secret } from '../../src/config/secret.ts';
import { createLogger } from '../../src/observability/logger.ts';
import { OrchestratorError } from '../../src/shared/errors.ts';

/** A folder with files, which is also the home of the environment that comes with it. */
async function folder(files: Record<string, string> = {}) {
  const root = await mkdtemp(join(tmpdir(), 'config-'));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
  const cwd = join(root, 'work');
  await mkdir(cwd, { recursive: true });
  const load = (variables: Record<string, string> = {}, options: { file?: string } = {}) =>
    loadConfig({ environment: { HOME: join(root, 'home'), ...variables }, cwd, ...options });
  return { root, load };
}

async function failure(work: Promise<unknown>): Promise<OrchestratorError> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!OrchestratorError.isInstance(error)) throw new Error(`No typed error: ${String(error)}`);
  expect(error.code).toBe('config-invalid');
  return error;
}

describe('values', () => {
  it('have the documented defaults', async () => {
    const { load } = await folder();
    expect(await load()).toEqual({
      environment: 'development',
      debug: false,
      llm: { apiKey: undefined, model: 'gpt-4', maxTokens: 4096, temperature: 0.7, baseUrl: undefined },
      logLevel: 'info',
      enableMetrics: true,
      enableTracing: true,
      adapters: { cli: false, api: false, vcs: false },
      file: undefined,
    });
  });

  it('come from every variable', async () => {
    const { load } = await folder();
    const config = await load({
      ORCHESTRATOR_ENV: 'Production',
      ORCHESTRATOR_DEBUG: '1',
      ORCHESTRATOR_LLM_API_KEY: ' sk-1 ',
      ORCHESTRATOR_LLM_MODEL: 'small',
      ORCHESTRATOR_LLM_MAX_TOKENS: '100',
      ORCHESTRATOR_LLM_TEMPERATURE: '0',
      ORCHESTRATOR_LLM_BASE_URL: 'http://localhost:8080/v1/',
      ORCHESTRATOR_LOG_LEVEL: 'CRITICAL',
      ORCHESTRATOR_ENABLE_METRICS: 'no',
      ORCHESTRATOR_ENABLE_TRACING: 'OFF',
      ORCHESTRATOR_ENABLE_CLI_ADAPTER: 'yes',
      ORCHESTRATOR_ENABLE_API_ADAPTER: 'on',
      ORCHESTRATOR_ENABLE_VCS_ADAPTER: 'True',
    });
    expect(config).toMatchObject({
      environment: 'production',
      debug: true,
      llm: { model: 'small', maxTokens: 100, temperature: 0, baseUrl: 'http://localhost:8080/v1' },
      logLevel: 'fatal',
      enableMetrics: false,
      enableTracing: false,
      adapters: { cli: true, api: true, vcs: true },
    });
    expect(config.llm.apiKey?.reveal()).toBe('sk-1');
  });

  it('come from a file where no variable covers them', async () => {
    const { root, load } = await folder({
      'work/orchestrator.yaml':
        'environment: staging\nllm:\n  model: from-file\n  maxTokens: 5\nadapters: { vcs: yes }\nlogLevel: Warning\n',
    });
    expect(await load({ ORCHESTRATOR_LLM_MODEL: 'from-variable', ORCHESTRATOR_ENV: '' })).toMatchObject({
      environment: 'staging',
      llm: { model: 'from-variable', maxTokens: 5 },
      adapters: { vcs: true, cli: false },
      logLevel: 'warn',
      file: join(root, 'work/orchestrator.yaml'),
    });
  });

  it('log at debug where debug is on and nothing else is said', async () => {
    const { load } = await folder();
    expect((await load({ ORCHESTRATOR_DEBUG: 'true' })).logLevel).toBe('debug');
    expect((await load({ ORCHESTRATOR_DEBUG: 'true', ORCHESTRATOR_LOG_LEVEL: 'error' })).logLevel).toBe(
      'error',
    );
  });

  it('cannot be changed afterwards', async () => {
    const { load } = await folder();
    const config = await load();
    for (const part of [config, config.llm, config.adapters]) expect(Object.isFrozen(part)).toBe(true);
  });

  it('read any number that is in range, and only such', () => {
    const read = CONFIG_KEYS.find(({ path }) => path === 'llm.temperature')?.read;
    fc.assert(
      fc.property(fc.double({ min: -5, max: 5, noNaN: true }), (number) => {
        // `+ 0`: a text has no negative zero.
        expect(read?.(String(number))).toBe(number >= 0 && number <= 2 ? number + 0 : undefined);
      }),
    );
  });
});

describe('the file', () => {
  const places = [
    'work/orchestrator.yaml',
    'work/orchestrator.yml',
    'work/config/orchestrator.yaml',
    'xdg/orchestrator/config.yaml',
    'home/.orchestrator/config.yaml',
  ];

  it('is the first one found of five places', async () => {
    for (const [index, first] of places.entries()) {
      const { root, load } = await folder(
        Object.fromEntries(places.slice(index).map((path) => [path, `llm: { model: "${path}" }`])),
      );
      const config = await load({ XDG_CONFIG_HOME: join(root, 'xdg') });
      expect(config).toMatchObject({ file: join(root, first), llm: { model: first } });
    }
  });

  it('is looked for in ~/.config where XDG_CONFIG_HOME is not set or not absolute', async () => {
    const { root, load } = await folder({ 'home/.config/orchestrator/config.yaml': 'debug: true' });
    const file = join(root, 'home/.config/orchestrator/config.yaml');
    expect((await load()).file).toBe(file);
    expect((await load({ XDG_CONFIG_HOME: 'relative' })).file).toBe(file);
  });

  it('may be given, and must be there then', async () => {
    const { load } = await folder({ 'work/orchestrator.yaml': 'debug: true', 'work/own.yaml': '' });
    expect((await load({}, { file: 'own.yaml' })).debug).toBe(false);
    expect((await failure(load({}, { file: 'none.yaml' }))).message).toMatch(
      /none\.yaml can't be read \(ENOENT\)/,
    );
  });

  it('is refused when it is no mapping, too large or not readable as YAML', async () => {
    const { load } = await folder({
      'work/list.yaml': '- a',
      'work/large.yaml': `# ${'x'.repeat(1_000_001)}`,
      'work/broken.yaml': 'debug: true\nllm: {apiKey: sk-very-secret, model: [',
      'work/twice.yaml': 'debug: true\ndebug: false',
      'work/flat.yaml': 'llm: gpt',
    });
    const messageFor = async (file: string) => (await failure(load({}, { file }))).message;
    expect(await messageFor('list.yaml')).toContain('does not hold keys and values');
    expect(await messageFor('large.yaml')).toContain('1000000 is the most');
    expect(await messageFor('broken.yaml')).toMatch(/is not valid YAML at line \d+, column \d+/);
    expect(await messageFor('broken.yaml')).not.toContain('secret');
    expect(await messageFor('twice.yaml')).toContain('DUPLICATE_KEY');
    expect(await messageFor('flat.yaml')).toContain('keys and values under `llm`');
  });

  it('is refused when its aliases multiply', async () => {
    const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x, x]'];
    for (let index = 1; index < 9; index += 1)
      lines.push(
        `a${index}: &a${index} [${Array(10)
          .fill(`*a${index - 1}`)
          .join(', ')}]`,
      );
    const { load } = await folder({ 'work/orchestrator.yaml': lines.join('\n') });
    expect((await failure(load())).message).toContain('aliases');
  });

  it.each([
    ['llm: { max_tokens: 5 }', 'llm.max_tokens', 'llm.maxTokens'],
    ['log_level: info', 'log_level', 'logLevel'],
    ['maxTokens: 5', 'maxTokens', 'llm.maxTokens'],
    ['adapters: { cil: true }', 'adapters.cil', 'adapters.cli'],
    ['enviroment: testing', 'enviroment', 'environment'],
    ['__proto__: { debug: true }', '__proto__', expect.any(String)],
  ])('is refused for an unknown key: %s', async (text, key, nearest) => {
    const { root, load } = await folder({ 'work/orchestrator.yaml': text });
    const error = await failure(load());
    expect(error.details).toEqual({ key, file: join(root, 'work/orchestrator.yaml'), nearest });
    expect(error.message).toContain('did you mean');
  });

  it('is refused for a value that does not fit, also one that a variable covers', async () => {
    const { root, load } = await folder({ 'work/orchestrator.yaml': 'llm:\n  temperature: hot\n' });
    const error = await failure(load({ ORCHESTRATOR_LLM_TEMPERATURE: '1' }));
    const place = `\`llm.temperature\` in ${join(root, 'work/orchestrator.yaml')}`;
    expect(error.message).toBe(`Expected ${place} to be a number from 0 to 2, got "hot" (string).`);
  });
});

describe('variables that do not parse', () => {
  it.each([
    ['ORCHESTRATOR_ENV', 'prod', 'one of development, testing, staging, production'],
    ['ORCHESTRATOR_DEBUG', 'maybe', 'true or false'],
    ['ORCHESTRATOR_LLM_MAX_TOKENS', '1.5', 'a whole number from 1'],
    ['ORCHESTRATOR_LLM_MAX_TOKENS', '0x10', 'a whole number from 1'],
    ['ORCHESTRATOR_LLM_TEMPERATURE', '3', 'a number from 0 to 2'],
    ['ORCHESTRATOR_LLM_BASE_URL', 'ftp://host', 'an http or https address'],
    ['ORCHESTRATOR_LOG_LEVEL', 'loud', 'one of trace, debug'],
    ['ORCHESTRATOR_ENABLE_CLI_ADAPTER', '2', 'true or false'],
  ])('%s=%s is an error with name, value and what was expected', async (variable, value, expected) => {
    const { load } = await folder();
    const error = await failure(load({ [variable]: value }));
    expect(error.message).toContain(`the variable ${variable}`);
    expect(error.message).toContain(expected);
    expect(error.message).toContain(JSON.stringify(value));
    expect(error.details).toMatchObject({ variable });
  });

  it('do not show what may be secret', async () => {
    const { load } = await folder();
    const errors = await Promise.all([
      failure(load({ ORCHESTRATOR_LLM_API_KEY: 'sk-secret two' })),
      failure(load({ ORCHESTRATOR_LLM_BASE_URL: 'https://user:secret@host' })),
    ]);
    for (const error of errors) {
      expect(JSON.stringify(error)).not.toContain('secret two');
      expect(JSON.stringify(error)).not.toContain('user:secret');
      expect(inspect(error)).not.toContain('user:secret');
    }
  });
});

describe('the API key', () => {
  it('shows in no way of writing a configuration', async () => {
    const { load } = await folder();
    const config = await load({ ORCHESTRATOR_LLM_API_KEY: 'sk-very-secret' });
    const lines: string[] = [];
    createLogger({ stream: { write: (line: string) => lines.push(line) } }).info(
      { config },
      `key ${String(config.llm.apiKey)}`,
    );
    const shown = [
      JSON.stringify(config),
      inspect(config, { depth: 9, showHidden: true }),
      `${String(config.llm.apiKey)}`,
      JSON.stringify(structuredClone({ ...config.llm.apiKey })),
      ...lines,
    ].join('\n');
    expect(shown).not.toContain('sk-very-secret');
    expect(shown).toContain('[redacted]');
    expect(config.llm.apiKey).toBeInstanceOf(Secret);
  });
});

it('stops reading when told to', async () => {
  const { root } = await folder({ 'work/orchestrator.yaml': 'debug: true' });
  const signal = AbortSignal.abort(new Error('enough'));
  await expect(loadConfig({ environment: {}, cwd: join(root, 'work'), signal })).rejects.toThrow('enough');
});

it('reads the real environment by default', async () => {
  const { root } = await folder();
  expect((await loadConfig({ cwd: root })).llm.maxTokens).toBeGreaterThan(0);
});
