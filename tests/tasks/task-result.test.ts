import { describe, expect, it } from 'vitest';
import { NO_USAGE } from '../../src/contracts/task.ts';
import { OrchestratorError } from '../../src/shared/errors.ts';
import { toFailedResult, toTaskResult } from '../../src/tasks/task-result.ts';

describe('toTaskResult', () => {
  it('fills in what an agent leaves out', () => {
    expect(toTaskResult({ success: true })).toEqual({
      success: true,
      output: null,
      artifacts: [],
      errorMessage: null,
      error: null,
      executionTimeMs: 0,
      metadata: {},
      retryable: false,
      stopReason: 'completed',
      usage: NO_USAGE,
    });
    expect(toTaskResult({ success: false })).toMatchObject({ stopReason: 'failed', retryable: true });
  });

  it('takes the message from the error, unless there is one', () => {
    const error = new OrchestratorError('internal', 'from the error').toJSON();
    expect(toTaskResult({ success: false, error }).errorMessage).toBe('from the error');
    expect(toTaskResult({ success: false, error, errorMessage: 'own' }).errorMessage).toBe('own');
  });

  it('refuses a failure that claims to be completed, and an outcome without success', () => {
    expect(() => toTaskResult({ success: false, stopReason: 'completed' })).toThrow(/stopReason/);
    expect(() => toTaskResult({} as never)).toThrow(/outcome\.success.*true or false/);
  });
});

describe('toFailedResult', () => {
  it('takes a message, an error or nothing', () => {
    expect(toFailedResult('no')).toMatchObject({ errorMessage: 'no', error: null, stopReason: 'failed' });
    expect(toFailedResult(new RangeError('far'), 'timed-out')).toMatchObject({
      errorMessage: 'far',
      error: { name: 'RangeError' },
      stopReason: 'timed-out',
    });
    expect(toFailedResult(undefined).errorMessage).toBeNull();
  });
});
