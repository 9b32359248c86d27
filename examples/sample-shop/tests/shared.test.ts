import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addDays, toDay } from '../src/shared/dates.ts';
import { dropRepeats, groupBy, shuffle } from '../src/shared/lists.ts';
import { createLogger } from '../src/shared/logger.ts';
import { retry } from '../src/shared/retry.ts';

test('days are counted in UTC', () => {
  assert.equal(toDay(addDays(new Date('2025-02-27T10:00:00Z'), 2)), '2025-03-01');
});

test('a shuffled list has the same items', () => {
  assert.deepEqual(shuffle([1, 2, 3]).sort(), [1, 2, 3]);
});

test('repeats are dropped', () => {
  assert.deepEqual(dropRepeats([1, 1, 2, 2, 3]), [1, 2, 3]);
});

test('items are grouped', () => {
  const groups = groupBy(['ax', 'bx', 'ay'], (item) => item.slice(0, 1));
  assert.deepEqual([...groups.keys()], ['a', 'b']);
});

test('the log leaves out what is below its level', () => {
  const lines: string[] = [];
  const logger = createLogger('warn', (line) => lines.push(line));
  logger.info('quiet');
  logger.error('loud', { only: true });
  assert.deepEqual(lines, ['{"level":"error","message":"loud","only":true}']);
});

test('a call is tried again', async () => {
  let calls = 0;
  const action = async (): Promise<string> => {
    calls += 1;
    if (calls < 3) throw new Error('not yet');
    return 'done';
  };
  assert.equal(await retry(action, { attempts: 3, baseDelayMs: 1 }), 'done');
});
