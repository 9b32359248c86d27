import { describe, expect, it } from 'vitest';
import { evaluate, evaluateAll, fillIn, isTrue } from '../../src/workflow/expressions.ts';

const scope = {
  inputs: { feature: 'log-in', count: 3, dollar: '${inputs.feature}', nested: { list: [1, 2] } },
  outputs: { plan: { steps: ['a', 'b'], risk: 0.2 } },
  steps: { plan: { status: 'completed', errorMessage: null } },
};

describe('expressions', () => {
  it('see inputs, outputs and steps', async () => {
    expect(await evaluate('inputs.feature + "!"', scope)).toBe('log-in!');
    expect(await evaluate('outputs.plan.steps', scope)).toEqual(['a', 'b']);
    expect(await evaluate('size(outputs.plan.steps)', scope)).toBe(2);
    expect(await evaluateAll({ a: 'inputs.nested', b: '1 + 1' }, scope)).toEqual({
      a: { list: [1, 2] },
      b: 2,
    });
  });

  it.each([
    ['a pattern that backtracks without end', `"${'a'.repeat(40)}!".matches("^(a+)+$")`],
    ['lists in lists in lists', `inputs.many.all(x, inputs.many.all(y, inputs.many.all(z, x >= 0.0)))`],
  ])('end in time: %s', async (_what, expression) => {
    const many = Array.from({ length: 2_000 }, (_, index) => index);
    await expect(evaluate(expression, { ...scope, inputs: { many } })).rejects.toMatchObject({
      code: 'condition-failed',
      message: expect.stringContaining('took longer than 2000 ms'),
    });
  });

  it('decide', async () => {
    expect(await isTrue('outputs.plan.risk < 0.5 && steps.plan.status == "completed"', scope)).toBe(true);
    expect(await isTrue('"c" in outputs.plan.steps', scope)).toBe(false);
    expect(await isTrue('has(outputs.missing)', scope)).toBe(false);
  });

  it.each([
    ['what is no yes or no', 'inputs.feature'],
    ['what does not parse', 'inputs.feature =='],
    ['what is not there', 'outputs.missing.more == 1'],
    ['an unknown name', 'process.env.HOME == ""'],
    ['a text without end', 'x'.repeat(5000)],
  ])('refuse %s as a condition', async (_what, expression) => {
    await expect(isTrue(expression, scope)).rejects.toMatchObject({ code: 'condition-failed' });
  });

  it('reach nothing of JavaScript', async () => {
    for (const expression of [
      'inputs.constructor',
      'inputs.__proto__.polluted',
      'outputs.plan.steps.constructor',
      'inputs.feature.toString()',
    ]) {
      await expect(evaluate(expression, scope)).rejects.toMatchObject({ code: 'condition-failed' });
    }
  });

  it('fill texts in once: what comes in is not looked at again', async () => {
    expect(await fillIn('Build ${inputs.feature}: ${outputs.plan.steps}', scope)).toBe(
      'Build log-in: ["a","b"]',
    );
    expect(await fillIn('${inputs.dollar}', scope)).toBe('${inputs.feature}');
    expect(await fillIn('costs $5, $${inputs.feature}', scope)).toBe('costs $5, ${inputs.feature}');
  });

  it('fill in a long hostile text in no time', async () => {
    const text = '${'.repeat(50_000);
    const before = performance.now();
    expect(await fillIn(text, scope)).toBe(text);
    expect(performance.now() - before).toBeLessThan(1000);
  });
});
