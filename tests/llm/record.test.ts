import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CreateResult, ModelMessage } from '../../src/contracts/model.ts';
import { modelFailure } from '../../src/llm/openai/model-failure.ts';
import { recordModel } from '../../src/llm/record/record-model.ts';
import type { Recording } from '../../src/llm/record/recording.ts';
import { ReplayModelClient } from '../../src/llm/record/replay-model.ts';
import { ScriptedModel } from '../../src/testing/scripted-model.ts';

let folder = '';
const path = (): string => join(folder, 'deep', 'calls.json');
const ask = (content: string): readonly ModelMessage[] => [{ type: 'user', content, source: 'user' }];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'record-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

async function gather(
  items: AsyncIterable<string | CreateResult>,
): Promise<readonly (string | CreateResult)[]> {
  const all: (string | CreateResult)[] = [];
  for await (const item of items) all.push(item);
  return all;
}

describe('recorded calls', () => {
  it('say what to do when their file is not there, or is a folder', () => {
    for (const missing of [join(folder, 'none.json'), folder])
      expect(() => new ReplayModelClient(missing)).toThrow(
        expect.objectContaining({ code: 'not-found', message: expect.stringContaining('record it first') }),
      );
  });

  it('are played again without the model: results, calls of functions, streams and errors', async () => {
    const failure = modelFailure('content-filter', { model: 'scripted', message: 'no' });
    const live = recordModel(
      new ScriptedModel([
        'one',
        { functionCalls: [{ name: 'f', arguments: { a: 1 } }] },
        'three words here',
        failure,
      ]),
      { path: path() },
    );
    const first = await live.create(ask('1'));
    const second = await live.create(ask('2'), { tools: [{ name: 'f', description: 'F', parameters: {} }] });
    const third = await gather(live.createStream(ask('3')));
    await expect(live.create(ask('4'))).rejects.toThrow();

    const replay = new ReplayModelClient(path());
    // Others come in any order.
    expect(await gather(replay.createStream(ask('3')))).toEqual(
      third.map((item) => (typeof item === 'string' ? item : { ...item, cached: true })),
    );
    expect(
      await replay.create(ask('2'), { tools: [{ name: 'f', description: 'F', parameters: {} }] }),
    ).toEqual({ ...second, cached: true });
    expect(await replay.create(ask('1'))).toEqual({ ...first, cached: true });
    await expect(replay.create(ask('4'))).rejects.toMatchObject({
      code: 'model-failed',
      details: { kind: 'content-filter' },
    });
    replay.assertDone();
    expect(replay.priceOf()).toBe(0);
  });

  it('of equal requests come in their order, each once', async () => {
    const live = recordModel(new ScriptedModel(['first', 'second']), { path: path() });
    await live.create(ask('same'));
    await live.create(ask('same'));
    const replay = new ReplayModelClient(path());
    expect((await replay.create(ask('same'))).content).toBe('first');
    expect(() => replay.assertDone()).toThrow(/1 of 2/);
    expect((await replay.create(ask('same'))).content).toBe('second');
    await expect(replay.create(ask('same'))).rejects.toMatchObject({ code: 'unexpected-call' });
  });

  it('are written in the order in which they began, however they end', async () => {
    let finish: (text: string) => void = () => undefined;
    const slow = new Promise<string>((resolve) => {
      finish = resolve;
    });
    const live = recordModel(new ScriptedModel([() => slow, 'fast']), { path: path() });
    const first = live.create(ask('slow'));
    await live.create(ask('fast'));
    finish('slow');
    await first;
    const { calls } = JSON.parse(readFileSync(path(), 'utf8')) as { calls: { result: CreateResult }[] };
    expect(calls.map(({ result }) => result.content)).toEqual(['slow', 'fast']);
  });

  it('hold no secret, and are found all the same', async () => {
    const live = recordModel(new ScriptedModel(['the password is hunter2-hunter2']), {
      path: path(),
      secrets: ['hunter2-hunter2'],
    });
    await live.create(ask('hunter2-hunter2 and ghp_0123456789abcdefghijABCDEFGHIJ012345'));
    expect(readFileSync(path(), 'utf8')).not.toMatch(/hunter2|ghp_0123/);
    const replay = new ReplayModelClient(path(), { secrets: ['hunter2-hunter2'] });
    await replay.create(ask('hunter2-hunter2 and ghp_0123456789abcdefghijABCDEFGHIJ012345'));
  });

  it('leave no half file behind', async () => {
    const live = recordModel(new ScriptedModel(['a']), { path: path() });
    await live.create(ask('1'));
    await live.close();
    expect(existsSync(`${path()}.part`)).toBe(false);
  });
});

describe('a recorded model whose file can not be written', () => {
  it('is closed all the same', async () => {
    let isClosed = false;
    const model = Object.assign(new ScriptedModel(['a']), {
      close: async () => {
        isClosed = true;
      },
    });
    const live = recordModel(model, { path: folder });
    await expect(live.create(ask('1'))).rejects.toMatchObject({
      code: 'not-allowed',
      retryable: false,
      message: expect.stringContaining(`The recording ${folder} can not be written: name a file`),
    });
    await live.close();
    expect(isClosed).toBe(true);
  });
});

describe('a request that was not recorded', () => {
  it('shows how it differs from the nearest one', async () => {
    const live = recordModel(new ScriptedModel(['a', 'b']), { path: path() });
    await live.create([
      { type: 'system', content: 'Be brief.', source: 'x' } as never,
      ...ask('the weather in Rome'),
    ]);
    await live.create(ask('something else altogether'));
    const replay = new ReplayModelClient(path());
    const asked = replay.create([
      { type: 'system', content: 'Be brief.', source: 'x' } as never,
      ...ask('the weather in Oslo'),
    ]);
    await expect(asked).rejects.toThrow(
      /-\s+"content": "the weather in Rome"[\s\S]*\+\s+"content": "the weather in Oslo"/,
    );
  });

  it('shows no more than can be read', async () => {
    const live = recordModel(new ScriptedModel(['a']), { path: path() });
    await live.create(ask(Array.from({ length: 3000 }, (_, line) => `old ${line}`).join('\n')));
    const replay = new ReplayModelClient(path());
    const error = await replay
      .create(ask(Array.from({ length: 3000 }, (_, line) => `new ${line}`).join('\n')))
      .catch((thrown: Error) => thrown);
    expect((error as Error).message.length).toBeLessThan(10_000);
  });
});

describe('a file that is no recording', () => {
  it.for([
    ['no JSON', '{', 'invalid-json'],
    ['another version', '{"schemaVersion":2,"calls":[]}', 'schema-mismatch'],
    ['calls without requests', '{"schemaVersion":1,"calls":[{}]}', 'schema-mismatch'],
  ] as const)('is told: %s', ([, text, code]) => {
    const file = join(folder, 'bad.json');
    writeFileSync(file, text);
    expect(() => new ReplayModelClient(file)).toThrow(expect.objectContaining({ code }));
  });

  it('show the nearest of long texts', async () => {
    const long = (lines: number, more: string): readonly ModelMessage[] =>
      ask(`${Array.from({ length: lines }, (_, line) => `line ${line}`).join('\n')}\n${more}`);
    const calls = ['a', 'b', 'c'].map((name, index) => ({
      request: { model: 'm', messages: long(2000 - index * 500, `asked of ${name}`), options: {} },
      result: { content: name, finishReason: 'stop', usage: { promptTokens: 1, completionTokens: 1 } },
    }));
    const replay = new ReplayModelClient({ schemaVersion: 1, calls } as unknown as Recording);
    const asked = replay.create(long(1500, 'asked of d'));
    await expect(asked).rejects.toThrow(/^- asked of b.*\n\+ asked of d.*$/m);
  });

  it('of countless levels are refused', () => {
    mkdirSync(join(folder, 'deep'));
    const levels = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
    writeFileSync(
      path(),
      `{"schemaVersion":1,"calls":[{"request":{"model":"m","messages":[${levels}]},"result":{}}]}`,
    );
    expect(() => new ReplayModelClient(path())).toThrow(expect.objectContaining({ code: 'schema-mismatch' }));
  });
});
