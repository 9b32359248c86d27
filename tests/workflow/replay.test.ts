import { describe, expect, it } from 'vitest';
import type { ChildReference, RunContext, RunFunction, RunOutcome } from '../../src/contracts/backend.ts';
import { errorToJson } from '../../src/shared/errors.ts';
import type { JsonValue } from '../../src/shared/json.ts';
import { systemClock } from '../../src/shared/time.ts';
import { Workflow } from '../../src/workflow/workflow.ts';
import { createWorkflowFunction } from '../../src/workflow/workflow-function.ts';
import { RUN_NAMES } from '../../src/workflow/workflow-services.ts';
import { task } from './support.ts';

/** What outlives a crash. Each entry is written once; the n-th write is the last thing before the crash. */
class Journal {
  readonly entries = new Map<string, { readonly kind: string; readonly value: JsonValue }>();
  crashAt = Number.POSITIVE_INFINITY;
  /** Aborts when the process dies. */
  death = new AbortController();
  time = 0;

  async once(kind: string, key: string, work: () => Promise<JsonValue>): Promise<JsonValue> {
    this.death.signal.throwIfAborted();
    const known = this.entries.get(key);
    if (known !== undefined) {
      expect(known.kind).toBe(kind);
      return structuredClone(known.value);
    }
    const value = await work();
    this.death.signal.throwIfAborted();
    this.entries.set(key, { kind, value: structuredClone(value) });
    if (this.entries.size === this.crashAt) this.death.abort(new Error('crash'));
    this.death.signal.throwIfAborted();
    return value;
  }
}

type Functions = Readonly<Record<string, RunFunction>>;

/** A context whose journal is kept outside of it. Children run within their parent. */
class ReplayContext implements RunContext {
  readonly tenant = 'test';
  readonly runId: string;
  readonly signal: AbortSignal;
  readonly #journal: Journal;
  readonly #functions: Functions;

  constructor(runId: string, journal: Journal, functions: Functions) {
    this.runId = runId;
    this.#journal = journal;
    this.#functions = functions;
    this.signal = journal.death.signal;
  }

  async step<T extends JsonValue>(
    key: string,
    work: (step: { idempotencyKey: string; signal: AbortSignal }) => Promise<T>,
  ): Promise<T> {
    const idempotencyKey = `${this.runId}/${key}`;
    const kept = await this.#journal.once('step', idempotencyKey, async () => {
      try {
        return { value: await work({ idempotencyKey, signal: this.signal }) };
      } catch (error) {
        return { message: (error as Error).message };
      }
    });
    const { value, message } = kept as { value?: T; message?: string };
    if (message !== undefined) throw new Error(message);
    return value as T;
  }

  async sleep(key: string, milliseconds: number): Promise<void> {
    await this.#journal.once('sleep', `${this.runId}/${key}`, async () => {
      this.#journal.time += milliseconds;
      return null;
    });
  }

  waitForSignal(key: string, name: string): Promise<JsonValue> {
    return this.#journal.once(`signal ${name}`, `${this.runId}/${key}`, async () => null);
  }

  async child(key: string, name: string, input: JsonValue): Promise<ChildReference> {
    const id = `${this.runId}/${key}`;
    // A durable backend refuses an id that comes again with another input.
    const first = await this.#journal.once('child', `${id} input`, async () => ({ name, input }));
    expect({ name, input }).toEqual(first);
    const outcome = (): Promise<RunOutcome> =>
      this.#journal.once('outcome', `${id} outcome`, async () => {
        try {
          const output = await (this.#functions[name] as RunFunction)(
            new ReplayContext(id, this.#journal, this.#functions),
            input,
          );
          return { status: 'completed', output, error: null };
        } catch (error) {
          this.signal.throwIfAborted();
          return {
            status: 'failed',
            output: null,
            error: JSON.parse(JSON.stringify(errorToJson(error))) as JsonValue,
          };
        }
      }) as unknown as Promise<RunOutcome>;
    return { id, outcome };
  }

  async now(key: string): Promise<number> {
    return (await this.#journal.once('now', `${this.runId}/${key}`, async () => {
      this.#journal.time += 1;
      return this.#journal.time;
    })) as number;
  }
}

/** Runs a workflow, crashing after the given number of journal entries, as often as there are numbers. */
async function play(
  workflow: Workflow,
  inputs: JsonValue,
  crashes: readonly number[],
): Promise<{ result: JsonValue; done: string[]; entries: number }> {
  const journal = new Journal();
  const done: string[] = [];
  const attempts = new Map<string, number>();
  const functions: Record<string, RunFunction> = {
    task: async (context, input) => {
      const { title, description } = input as { title: string; description: string };
      await context.step('work', async () => {
        attempts.set(context.runId, (attempts.get(context.runId) ?? 0) + 1);
        done.push(title);
        return null;
      });
      if (title.startsWith('bad')) throw new Error(`${title} broke`);
      return { success: true, output: `${title}: ${description}`, artifacts: [] };
    },
  };
  functions['workflow'] = createWorkflowFunction({
    clock: systemClock,
    names: RUN_NAMES,
    converse: (run, key) => run.step(`${key}/turn`, async () => ({ status: 'completed', turns: 1 })),
    ask: () => Promise.reject(new Error('unused')),
    approve: () => Promise.reject(new Error('unused')),
    emit: () => undefined,
  });
  const input = JSON.parse(JSON.stringify({ workflow, inputs })) as JsonValue;
  for (const crashAt of [...crashes, Number.POSITIVE_INFINITY]) {
    journal.crashAt = crashAt;
    journal.death = new AbortController();
    try {
      const result = await (functions['workflow'] as RunFunction)(
        new ReplayContext('run', journal, functions),
        input,
      );
      return { result, done, entries: journal.entries.size };
    } catch (error) {
      expect((error as Error).message).toBe('crash');
    }
  }
  throw new Error('It never ended.');
}

const WORKFLOW = new Workflow({
  id: 'w',
  name: 'Everything',
  steps: [
    task('plan'),
    task('slow', { config: { description: 'On its own' } }),
    {
      id: 'decide',
      name: 'decide',
      stepType: 'condition',
      dependencies: ['plan'],
      // biome-ignore lint/suspicious/noThenProperty: the name of a branch
      config: { expression: 'inputs.deep', then: ['group'], else: ['never'] },
    },
    task('never', { dependencies: ['decide'] }),
    {
      id: 'group',
      name: 'group',
      stepType: 'parallel',
      dependencies: ['decide'],
      config: {
        steps: [
          task('x'),
          task('bad y', { id: 'y', onFailure: 'continue' }),
          { name: 'z', stepType: 'wait', config: { seconds: 5 } },
        ],
        concurrency: 2,
      },
    },
    {
      id: 'loop',
      name: 'loop',
      stepType: 'loop',
      dependencies: ['group'],
      config: {
        steps: [task('round', { config: { description: '${inputs.item} of ${outputs.plan}' } })],
        forEach: 'inputs.files',
      },
    },
    {
      id: 'talk',
      name: 'talk',
      stepType: 'conversation',
      dependencies: ['group'],
      config: { topic: 'All', participants: ['A'] },
    },
    task('bad end', { id: 'end', dependencies: ['loop', 'talk'], onFailure: { step: 'undo' } }),
    task('undo', { config: { description: '${steps["bad end"].status}, ${outputs.slow}' } }),
  ],
});
const INPUTS = { deep: true, files: ['a', 'b'] };

describe('a workflow that is taken up again after a crash', () => {
  it('ends as one that never crashed, wherever it crashed, and does no finished step twice', async () => {
    const whole = await play(WORKFLOW, INPUTS, []);
    expect(whole.result).toMatchObject({
      success: false,
      errorMessage: 'Step bad end failed: bad end broke',
      outputs: {
        undo: 'undo: failed, slow: On its own',
        loop: [{ round: 'round: a of plan: Do it.' }, { round: 'round: b of plan: Do it.' }],
      },
    });
    expect(whole.entries).toBeGreaterThan(60);
    const facts = ({ result }: { result: JsonValue }): unknown => {
      const { outputs, stepResults, errorMessage } = result as {
        outputs: JsonValue;
        stepResults: Record<string, { status: string }>;
        errorMessage: string;
      };
      return {
        outputs,
        errorMessage,
        statuses: Object.fromEntries(Object.entries(stepResults).map(([id, { status }]) => [id, status])),
      };
    };
    for (let crashAt = 1; crashAt < whole.entries; crashAt += 1) {
      const crashed = await play(WORKFLOW, INPUTS, [crashAt]);
      expect(facts(crashed)).toEqual(facts(whole));
      // One step may have been at work in the crash: it is done again, none else.
      expect(crashed.done.length - whole.done.length).toBeLessThanOrEqual(2);
      expect(new Set(crashed.done)).toEqual(new Set(whole.done));
    }
  });

  it('stands crash after crash', async () => {
    const whole = await play(WORKFLOW, INPUTS, []);
    const every = Array.from({ length: whole.entries - 1 }, (_, index) => index + 1);
    const crashed = await play(WORKFLOW, INPUTS, every);
    expect((crashed.result as { outputs: JsonValue }).outputs).toEqual(
      (whole.result as { outputs: JsonValue }).outputs,
    );
  });

  it('lets expressions see only the steps that theirs depends on, so that speed never matters', async () => {
    const workflow = new Workflow({
      id: 'w',
      name: 'W',
      steps: [task('other'), task('peeks', { config: { description: '${outputs.other}' } })],
    });
    const { result } = await play(workflow, {}, []);
    expect(result).toMatchObject({
      success: false,
      errorMessage: expect.stringMatching(/peeks failed.*other/),
    });
  });
});
