import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OrchestratorError } from '../../src/shared/errors.ts';
import {
  DEFAULT_RETRY_CONFIG,
  nextDelayMs,
  RETRY_STRATEGIES,
  resolveRetryConfig,
} from '../../src/shared/retry.ts';

describe('resolveRetryConfig', () => {
  it('fills in exponential, 3 retries, 1 second, at most 60, any error, no jitter', () => {
    expect(resolveRetryConfig()).toEqual({
      strategy: 'exponential',
      maxRetries: 3,
      baseDelaySeconds: 1,
      maxDelaySeconds: 60,
      retryOnErrors: [],
      jitter: 0,
    });
  });

  it('takes an undefined field as one that is not given', () => {
    expect(resolveRetryConfig({ strategy: undefined } as never).strategy).toBe('exponential');
  });

  it.each([
    [
      { strategy: 'quadratic' },
      /retryConfig\.strategy.*one of none, immediate, linear, exponential.*quadratic/,
    ],
    [{ maxRetries: -1 }, /retryConfig\.maxRetries.*whole number from 0 up.*-1/],
    [{ maxRetries: 1.5 }, /retryConfig\.maxRetries/],
    [{ baseDelaySeconds: -0.1 }, /retryConfig\.baseDelaySeconds/],
    [{ maxDelaySeconds: Number.NaN }, /retryConfig\.maxDelaySeconds/],
    [{ maxDelaySeconds: Infinity }, /retryConfig\.maxDelaySeconds/],
    [{ retryOnErrors: 'timeout' }, /retryConfig\.retryOnErrors.*array of strings/],
    [{ retryOnErrors: [''] }, /retryConfig\.retryOnErrors\[0\]/],
    [{ jitter: 2 }, /retryConfig\.jitter.*from 0 to 1/],
    [{ max_retries: 5 }, /no other keys than strategy, maxRetries.*max_retries/],
  ])('refuses %j and names the field', (config, message) => {
    expect(() => resolveRetryConfig(config as never)).toThrow(message);
  });

  it("doesn't share the caller's list of errors", () => {
    const retryOnErrors = ['timeout'];
    const config = resolveRetryConfig({ retryOnErrors });
    retryOnErrors.push('other');
    expect(config.retryOnErrors).toEqual(['timeout']);
  });
});

describe('nextDelayMs', () => {
  const delays = (config: object, count: number): unknown[] =>
    Array.from({ length: count }, (_, index) => nextDelayMs(resolveRetryConfig(config), index + 1));

  it('doubles from the base and stops at the cap', () => {
    expect(delays({ baseDelaySeconds: 2, maxDelaySeconds: 10, maxRetries: 5 }, 6)).toEqual([
      2000,
      4000,
      8000,
      10_000,
      10_000,
      undefined,
    ]);
  });

  it('grows by the base when linear, up to the cap', () => {
    expect(delays({ strategy: 'linear', baseDelaySeconds: 2, maxDelaySeconds: 5, maxRetries: 4 }, 4)).toEqual(
      [2000, 4000, 5000, 5000],
    );
  });

  it('waits not at all when immediate, and still counts', () => {
    expect(delays({ strategy: 'immediate', maxRetries: 2 }, 3)).toEqual([0, 0, undefined]);
  });

  it('never retries with the strategy none', () => {
    expect(nextDelayMs(resolveRetryConfig({ strategy: 'none', maxRetries: 9 }), 1)).toBeUndefined();
  });

  it.each([
    ['Connection TIMEOUT after 3 s', true],
    [new Error('read: connection reset'), true],
    [Object.assign(new Error('failed'), { code: 'ETIMEOUT' }), true],
    [new OrchestratorError('timed-out', 'too slow'), false],
    ['wrong password', false],
    [undefined, true],
  ])('compares part of the error in any case: %s is retried: %s', (error, isRetried) => {
    const policy = resolveRetryConfig({ retryOnErrors: ['timeout', 'Connection'] });
    expect(nextDelayMs(policy, 1, error) !== undefined).toBe(isRetried);
  });

  it("finds a typed error's code", () => {
    const policy = resolveRetryConfig({ retryOnErrors: ['timed-out'] });
    expect(nextDelayMs(policy, 1, new OrchestratorError('timed-out', 'too slow'))).toBe(1000);
  });

  it('takes away the random share that jitter allows', () => {
    const policy = resolveRetryConfig({ jitter: 0.5, baseDelaySeconds: 10 });
    expect(nextDelayMs(policy, 1, null, { random: () => 0 })).toBe(10_000);
    expect(nextDelayMs(policy, 1, null, { random: () => 0.5 })).toBe(7500);
  });

  it("doesn't ask for randomness without jitter", () => {
    const random = (): number => {
      throw new Error('asked');
    };
    expect(nextDelayMs(DEFAULT_RETRY_CONFIG, 1, null, { random })).toBe(1000);
  });

  it('refuses an attempt below 1', () => {
    expect(() => nextDelayMs(DEFAULT_RETRY_CONFIG, 0)).toThrow(/attempt.*from 1 up/);
  });

  it('is between 0 and the cap, never shrinks without jitter, and ends after maxRetries, for any policy', () => {
    const policies = fc.record({
      strategy: fc.constantFrom(...RETRY_STRATEGIES),
      maxRetries: fc.nat(2000),
      baseDelaySeconds: fc.double({ min: 0, max: 1e6, noNaN: true }),
      maxDelaySeconds: fc.double({ min: 0, max: 1e6, noNaN: true }),
      jitter: fc.double({ min: 0, max: 1, noNaN: true }),
    });
    fc.assert(
      fc.property(
        policies,
        fc.integer({ min: 1, max: 2001 }),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (config, attempt, share) => {
          const policy = resolveRetryConfig(config);
          const delay = nextDelayMs(policy, attempt, 'x', { random: () => share });
          if (policy.strategy === 'none' || attempt > policy.maxRetries) {
            expect(delay).toBeUndefined();
            return;
          }
          expect(delay).toBeGreaterThanOrEqual(0);
          expect(delay).toBeLessThanOrEqual(policy.maxDelaySeconds * 1000);
          const steady = { ...policy, jitter: 0, maxRetries: 3000 };
          expect(nextDelayMs(steady, attempt + 1)).toBeGreaterThanOrEqual(
            nextDelayMs(steady, attempt) as number,
          );
        },
      ),
    );
  });
});
