import { afterAll, expect, it } from 'vitest';
import { Database } from '../../src/backends/sqlite/database.ts';
import { LIST, SqliteState } from '../../src/backends/sqlite/sqlite-state.ts';

const database = new Database({ path: ':memory:', synchronous: 'normal', busyMs: 0 });
const state = new SqliteState(database, 'north');
afterAll(() => database.close());

it('lists what begins with a prefix and nothing else, whatever letters follow', async () => {
  const last = String.fromCodePoint(0x10ffff);
  const keys = ['a', 'a/', 'a/b', `a/${last}`, `a/${last}${last}`, 'a0', 'b', '\ufffd'];
  for (const key of keys) await state.put(key, null, 0);
  const listed = async (prefix?: string): Promise<readonly string[]> =>
    (await state.list(prefix)).map(({ key }) => key);
  expect(await listed('a/')).toEqual(['a/', 'a/b', `a/${last}`, `a/${last}${last}`]);
  expect((await listed()).length).toBe(keys.length);
  // No key holds these: SQLite would read half a pair as another letter.
  expect(await listed('\ud800')).toEqual([]);
  expect(await listed('a\0')).toEqual([]);
  const steps = database.all<{ detail: string }>(`EXPLAIN QUERY PLAN ${LIST}`, 'north', 'a/');
  expect(steps.map(({ detail }) => detail)).toEqual([expect.stringContaining('key>? AND key<?')]);
});
