import { describe, expect, it } from 'vitest';
import type {
  EvaluationContract,
  EvaluationFinding,
  EvaluationResult,
} from '../../src/contracts/evaluation.ts';
import { CorrectionLoop } from '../../src/correction/correction-loop.ts';
import { createDefaultLoop, createLenientLoop, createStrictLoop } from '../../src/correction/create-loops.ts';
import { digestJson, type JsonValue } from '../../src/shared/json.ts';
import { stopWhen } from '../../src/shared/termination.ts';
import { Task } from '../../src/tasks/task.ts';
import { ManualClock } from '../../src/testing/manual-clock.ts';

const task = new Task({ id: 'task-1', title: 'Write', description: 'A text' });

function finding(category: string, severity: EvaluationFinding['severity'] = 'error'): EvaluationFinding {
  return {
    category,
    message: `a fault of ${category}`,
    severity,
    location: null,
    suggestion: null,
    evidence: [],
  };
}

/** Judges by a function of the output: a score, and the categories at fault; it passes without faults. */
function evaluator(
  judge: (output: JsonValue) => {
    score: number;
    faults?: readonly string[];
    change?: Partial<EvaluationResult>;
  },
  name = 'judge',
): EvaluationContract & { readonly seen: JsonValue[] } {
  const seen: JsonValue[] = [];
  return {
    name,
    criteria: ['a function of the output'],
    seen,
    async evaluate(output) {
      seen.push(output);
      const { score, faults = [], change = {} } = judge(output);
      const passed = faults.length === 0;
      const findings = faults.map((category) => finding(category));
      return {
        evaluatorName: name,
        passed,
        score,
        findings,
        needsCorrection: !passed,
        correctionSuggestions: [],
        metadata: {},
        ...change,
      };
    },
  };
}

/** A text is at fault for each letter that is not b; its score is the share of those that are. */
const onlyB = () =>
  evaluator((output) => {
    const text = String(output);
    const good = text.replaceAll(/[^b]/g, '').length;
    return { score: good / text.length, faults: good === text.length ? [] : ['letters'] };
  });
const fixOneLetter = (output: JsonValue): JsonValue => String(output).replace(/[^b]/, 'b');

describe('a correction loop', () => {
  it('lets an output pass that is good from the start', async () => {
    const result = await new CorrectionLoop({ evaluators: [onlyB()] }).run(task, 'bb');
    expect(result).toMatchObject({
      success: true,
      finalOutput: 'bb',
      score: 1,
      totalIterations: 1,
      status: 'completed',
      stopReason: 'passed',
      error: null,
      iterations: [{ round: 0, score: 1, passed: true, changedBy: [], outputDigest: digestJson('bb') }],
    });
  });

  it('changes the output by the handler of its fault until it passes', async () => {
    const judge = onlyB();
    const loop = new CorrectionLoop({ evaluators: [judge] });
    loop.registerCorrectionHandler('letters', fixOneLetter);
    const result = await loop.run(task, 'aab');
    expect(result).toMatchObject({
      success: true,
      finalOutput: 'bbb',
      totalIterations: 3,
      stopReason: 'passed',
    });
    expect(judge.seen).toEqual(['aab', 'bab', 'bbb']);
    expect(result.iterations.map(({ changedBy }) => changedBy)).toEqual([['letters'], ['letters'], []]);
  });

  it('stops after its rounds, with the best so far and a judgement of each version', async () => {
    const judge = onlyB();
    const loop = new CorrectionLoop({ evaluators: [judge], maxIterations: 2 });
    loop.registerCorrectionHandler('letters', fixOneLetter);
    const result = await loop.run(task, 'aaaa');
    expect(result).toMatchObject({
      success: false,
      finalOutput: 'baaa',
      score: 0.25,
      status: 'max_iterations_reached',
      stopReason: 'max-rounds',
    });
    expect(judge.seen).toEqual(['aaaa', 'baaa']);
  });

  it('keeps the best, though a correction made it worse', async () => {
    const scores: Record<string, number> = { good: 0.7, worse: 0.2, bad: 0.1 };
    const loop = new CorrectionLoop({
      evaluators: [evaluator((output) => ({ score: scores[String(output)] ?? 0, faults: ['any'] }))],
    });
    loop.registerCorrectionHandler('any', (output) => (output === 'good' ? 'worse' : 'bad'));
    expect(await loop.run(task, 'good')).toMatchObject({
      success: false,
      finalOutput: 'good',
      score: 0.7,
      totalIterations: 3,
    });
  });

  it('keeps the earliest of equally good ones', async () => {
    const loop = new CorrectionLoop({ evaluators: [evaluator(() => ({ score: 0.5, faults: ['any'] }))] });
    loop.registerCorrectionHandler('any', (output) => `${String(output)}+`);
    expect(await loop.run(task, 'x')).toMatchObject({ finalOutput: 'x', totalIterations: 3 });
  });

  it('stops when a correction changes nothing', async () => {
    const loop = new CorrectionLoop({ evaluators: [onlyB()] });
    loop.registerCorrectionHandler('letters', (output) => output);
    expect(await loop.run(task, { text: 'a' })).toMatchObject({
      stopReason: 'no-progress',
      status: 'failed',
      totalIterations: 1,
      stopDetail: { round: 0 },
    });
  });

  it('stops when a correction brings an earlier output back, and says which', async () => {
    const judge = onlyB();
    const loop = new CorrectionLoop({ evaluators: [judge], maxIterations: 9 });
    loop.registerCorrectionHandler('letters', (output) => (output === 'ab' ? 'ba' : 'ab'));
    expect(await loop.run(task, 'ab')).toMatchObject({
      stopReason: 'oscillation',
      stopDetail: { round: 1, sameAsRound: 0 },
      totalIterations: 2,
    });
    expect(judge.seen).toEqual(['ab', 'ba']);
  });

  it('sees equal outputs as equal, whatever the order of their keys', async () => {
    const loop = new CorrectionLoop({ evaluators: [evaluator(() => ({ score: 0, faults: ['any'] }))] });
    loop.registerCorrectionHandler('any', () => ({ b: 2, a: 1 }));
    expect((await loop.run(task, { a: 1, b: 2 })).stopReason).toBe('no-progress');
  });

  it('says when no handler applies, and to what', async () => {
    const loop = new CorrectionLoop({ evaluators: [onlyB()] });
    loop.registerCorrectionHandler('other', () => 'bb');
    expect(await loop.run(task, 'ab')).toMatchObject({
      stopReason: 'no-handler',
      stopDetail: { categories: ['letters'] },
      finalOutput: 'ab',
    });
  });

  it('has the agent make a new version where no handler applies', async () => {
    const loop = new CorrectionLoop({ evaluators: [onlyB()] });
    const result = await loop.run(task, 'ab', {
      correct: async (output, evaluation, { findings, round, task: { id } }) => {
        expect([output, evaluation.score, findings[0]?.category, round, id]).toEqual([
          'ab',
          0.5,
          'letters',
          0,
          'task-1',
        ]);
        return 'bb';
      },
    });
    expect(result).toMatchObject({
      success: true,
      finalOutput: 'bb',
      iterations: [{ changedBy: ['correct'] }, {}],
    });
  });

  it('prefers handlers to the agent, and turns to the agent when they change nothing', async () => {
    const loop = new CorrectionLoop({ evaluators: [onlyB()], maxIterations: 9 });
    loop.registerCorrectionHandler('letters', (output) => (output === 'aa' ? 'ab' : output));
    const asked: JsonValue[] = [];
    const result = await loop.run(task, 'aa', {
      correct: (output) => {
        asked.push(output);
        return 'bb';
      },
    });
    expect(asked).toEqual(['ab']);
    expect(result.iterations.map(({ changedBy }) => changedBy)).toEqual([['letters'], ['correct'], []]);
  });

  it('calls the handlers of a round one after the other, each on what the last one made, once for each category', async () => {
    const judge = evaluator((output) =>
      String(output).endsWith('12') ? { score: 1 } : { score: 0, faults: ['first', 'second', 'first'] },
    );
    const loop = new CorrectionLoop({ evaluators: [judge] });
    loop.registerCorrectionHandler('second', (output) => `${String(output)}2`);
    loop.registerCorrectionHandler('first', (output, _evaluation, { findings }) => {
      expect(findings).toHaveLength(2);
      return `${String(output)}1`;
    });
    expect(await loop.run(task, 'x')).toMatchObject({
      finalOutput: 'x12',
      iterations: [{ changedBy: ['first', 'second'] }, {}],
    });
  });

  it('corrects nothing for findings that only inform', async () => {
    const judge = evaluator(() => ({
      score: 0,
      change: { passed: false, needsCorrection: true, findings: [finding('note', 'info')] },
    }));
    const loop = new CorrectionLoop({ evaluators: [judge] });
    loop.registerCorrectionHandler('note', () => 'changed');
    expect((await loop.run(task, 'x')).stopReason).toBe('no-handler');
  });

  it('keeps the best whole when a handler works on its output in place', async () => {
    const judge = evaluator((output) => ({
      score: (output as { n: number }).n === 0 ? 0.5 : 0.1,
      faults: ['any'],
    }));
    const loop = new CorrectionLoop({ evaluators: [judge] });
    loop.registerCorrectionHandler('any', (output) => {
      (output as { n: number }).n += 1;
      return output;
    });
    const given = { n: 0 };
    expect(await loop.run(task, given)).toMatchObject({
      finalOutput: { n: 0 },
      score: 0.5,
      stopReason: 'max-rounds',
    });
    expect(given).toEqual({ n: 0 });
  });
});

describe('several evaluators', () => {
  it('average their scores, and all must pass', async () => {
    const all = [evaluator(() => ({ score: 1 }), 'a'), evaluator(() => ({ score: 0.8, faults: ['x'] }), 'b')];
    const result = await new CorrectionLoop({ evaluators: all }).run(task, 'x');
    expect(result).toMatchObject({ success: false, score: 0.9, stopReason: 'no-handler' });
    expect(result.iterations[0]?.evaluations.map(({ evaluatorName }) => evaluatorName)).toEqual(['a', 'b']);
  });

  it('that pass with too low a mean do not make a success', async () => {
    const judge = evaluator(() => ({ score: 0.79 }));
    expect(await new CorrectionLoop({ evaluators: [judge] }).run(task, 'x')).toMatchObject({
      success: false,
      status: 'failed',
      stopReason: 'not-correctable',
    });
    expect(
      (await new CorrectionLoop({ evaluators: [judge], minPassingScore: 0.79 }).run(task, 'x')).success,
    ).toBe(true);
  });

  it('can ask for a correction alone: the others need not', async () => {
    const strict = evaluator((output) => ({
      score: output === 'new' ? 1 : 0,
      faults: output === 'new' ? [] : ['x'],
    }));
    const loop = new CorrectionLoop({ evaluators: [evaluator(() => ({ score: 1 }))] });
    loop.addEvaluator(strict);
    loop.registerCorrectionHandler('x', () => 'new');
    expect((await loop.run(task, 'old')).success).toBe(true);
    expect(loop.evaluators).toHaveLength(2);
  });
});

describe('a loop that goes wrong', () => {
  it.each([
    [
      'throws',
      () => {
        throw new RangeError('out of paper');
      },
      /out of paper/,
    ],
    [
      'gives a score above 1',
      async () => ({
        evaluatorName: 'x',
        passed: true,
        score: 7,
        findings: [],
        needsCorrection: false,
        correctionSuggestions: [],
        metadata: {},
      }),
      /score.*from 0 to 1/,
    ],
    ['gives nothing', async () => undefined, /plain object/],
  ])('does not pass when an evaluator %s', async (_, evaluate, message) => {
    const broken = { name: 'broken', criteria: [], evaluate } as unknown as EvaluationContract;
    const result = await new CorrectionLoop({ evaluators: [evaluator(() => ({ score: 1 })), broken] }).run(
      task,
      'given',
    );
    expect(result).toMatchObject({
      success: false,
      status: 'failed',
      stopReason: 'evaluator-failed',
      stopDetail: { evaluator: 'broken', round: 0 },
      finalOutput: 'given',
      score: null,
      iterations: [],
    });
    expect(result.error?.message).toMatch(message);
  });

  it.each([
    [
      'throws',
      () => {
        throw new Error('out of ink');
      },
      /out of ink/,
    ],
    ['gives nothing', () => undefined, /a JSON value, got undefined/],
  ])('says so when a handler %s, and keeps what it had', async (_, handler, message) => {
    const loop = new CorrectionLoop({ evaluators: [onlyB()] });
    loop.registerCorrectionHandler('letters', handler as never);
    const result = await loop.run(task, 'ab');
    expect(result).toMatchObject({
      success: false,
      stopReason: 'handler-failed',
      stopDetail: { handler: 'letters', round: 0 },
      finalOutput: 'ab',
      totalIterations: 1,
    });
    expect(result.error?.message).toMatch(message);
  });

  it('ends as cancelled when the signal aborts, also under an evaluator that does not listen', async () => {
    const controller = new AbortController();
    const deaf = { name: 'deaf', criteria: [], evaluate: () => new Promise<never>(() => undefined) };
    const running = new CorrectionLoop({ evaluators: [deaf] }).run(task, 'x', { signal: controller.signal });
    controller.abort(new Error('enough'));
    expect(await running).toMatchObject({
      success: false,
      status: 'cancelled',
      stopReason: 'cancelled',
      error: { message: 'enough' },
      finalOutput: 'x',
    });
  });

  it('ends as cancelled in a handler, with the judgement kept', async () => {
    const controller = new AbortController();
    const loop = new CorrectionLoop({ evaluators: [onlyB()] });
    loop.registerCorrectionHandler('letters', (_output, _evaluation, { signal }) => {
      controller.abort(new Error('enough'));
      throw signal.reason;
    });
    expect(await loop.run(task, 'ab', { signal: controller.signal })).toMatchObject({
      stopReason: 'cancelled',
      totalIterations: 1,
      score: 0.5,
    });
  });

  it('ends as cancelled when a handler gives up quietly after the abort', async () => {
    const controller = new AbortController();
    const loop = new CorrectionLoop({ evaluators: [onlyB()] });
    loop.registerCorrectionHandler('letters', (output) => {
      controller.abort(new Error('enough'));
      return output;
    });
    const result = await loop.run(task, 'ab', { signal: controller.signal });
    expect([result.stopReason, result.status]).toEqual(['cancelled', 'cancelled']);
  });

  it('judges nothing when the signal has aborted already', async () => {
    const judge = onlyB();
    const result = await new CorrectionLoop({ evaluators: [judge] }).run(task, 'bb', {
      signal: AbortSignal.abort(),
    });
    expect([result.stopReason, judge.seen]).toEqual(['cancelled', []]);
  });

  it('stops on a condition of the caller, such as a budget', async () => {
    const budget = stopWhen<{ rounds: number }>(
      'budget',
      ({ rounds }) => rounds >= 2,
      ({ rounds }) => ({ rounds }),
    );
    const loop = new CorrectionLoop({ evaluators: [onlyB()], maxIterations: 9, stopWhen: budget });
    loop.registerCorrectionHandler('letters', fixOneLetter);
    expect(await loop.run(task, 'aaaaa')).toMatchObject({
      stopReason: 'condition',
      stopDetail: { reason: 'budget', detail: { rounds: 2 } },
      totalIterations: 2,
    });
  });

  it('throws for misuse: no evaluator, bad limits, no function', async () => {
    await expect(new CorrectionLoop().run(task, 'x')).rejects.toThrow(/evaluators.*at least one/);
    expect(() => new CorrectionLoop({ maxIterations: 0 })).toThrow(/maxIterations/);
    expect(() => new CorrectionLoop({ minPassingScore: 1.1 })).toThrow(/minPassingScore/);
    expect(() => new CorrectionLoop({ evaluators: [{} as never] })).toThrow(/evaluator.*evaluate method/);
    expect(() => new CorrectionLoop().registerCorrectionHandler('x', 'no' as never)).toThrow(
      /handler.*a function/,
    );
    expect(() => new CorrectionLoop().registerCorrectionHandler('', () => 1)).toThrow(/category/);
  });
});

describe('what a loop tells', () => {
  it('is what it is doing, and a listener that throws changes nothing', async () => {
    const loop = new CorrectionLoop({ evaluators: [onlyB()] });
    loop.registerCorrectionHandler('letters', fixOneLetter);
    const heard: string[] = [];
    const onStatus = (status: string): void => {
      heard.push(status);
      throw new Error('not my day');
    };
    expect((await loop.run(task, 'ab', { onStatus })).success).toBe(true);
    expect(heard).toEqual(['evaluating', 'correcting', 'evaluating', 'completed']);
  });

  it('includes how long each round took, by its clock', async () => {
    const clock = new ManualClock();
    const slow: EvaluationContract = {
      ...onlyB(),
      evaluate: async (output, context) => {
        await clock.advance(40);
        return await onlyB().evaluate(output, context);
      },
    };
    const loop = new CorrectionLoop({ evaluators: [slow], clock });
    loop.registerCorrectionHandler('letters', async () => {
      await clock.advance(2);
      return 'bb';
    });
    const result = await loop.run(task, 'ab');
    expect(result.iterations.map(({ executionTimeMs }) => executionTimeMs)).toEqual([42, 40]);
    expect(result.executionTimeMs).toBe(82);
  });

  it('to evaluators is the round, from 0, and the task as JSON', async () => {
    const heard: unknown[] = [];
    const listening: EvaluationContract = {
      name: 'listening',
      criteria: [],
      evaluate: async (output, context) => {
        heard.push([context.round, context.task.id, context.signal.aborted]);
        return await onlyB().evaluate(output, context);
      },
    };
    const loop = new CorrectionLoop({ evaluators: [listening] });
    loop.registerCorrectionHandler('letters', fixOneLetter);
    await loop.run(task.toJSON(), 'ab');
    expect(heard).toEqual([
      [0, 'task-1', false],
      [1, 'task-1', false],
    ]);
  });
});

describe('ready-made loops', () => {
  it('have the limits of their names', () => {
    const limits = [createDefaultLoop(), createStrictLoop(), createLenientLoop()].map(
      ({ maxIterations, minPassingScore }) => [maxIterations, minPassingScore],
    );
    expect(limits).toEqual([
      [3, 0.8],
      [5, 0.95],
      [2, 0.6],
    ]);
  });

  it('judge one output differently', async () => {
    const evaluators = [evaluator(() => ({ score: 0.85 }))];
    const results = await Promise.all(
      [createDefaultLoop, createStrictLoop, createLenientLoop].map((create) =>
        create({ evaluators }).run(task, 'x'),
      ),
    );
    expect(results.map(({ success }) => success)).toEqual([true, false, true]);
  });
});
