/** What is told of many runs. */
import assert from 'node:assert/strict';
import type { JsonValue } from '../../shared/json.ts';
import { type CaseBody, rejectsWith, TENANT } from './bench.ts';

const echo = async (_context: unknown, input: JsonValue): Promise<JsonValue> => input;

export const listing: Readonly<Record<string, CaseBody>> = {
  'lists runs oldest first, by status, function and queue': async (bench) => {
    bench.register({ echo, other: echo });
    const ids: string[] = [];
    for (let index = 0; index < 5; index += 1)
      ids.push(
        await bench.submit(index === 3 ? 'other' : 'echo', index, index === 4 ? { queue: 'second' } : {}),
      );
    assert.deepEqual(
      (await bench.list()).map(({ id }) => id),
      ids,
    );
    assert.deepEqual(
      (await bench.list({ name: 'other' })).map(({ id }) => id),
      [ids[3]],
    );
    assert.deepEqual(
      (await bench.list({ queue: 'second' })).map(({ id }) => id),
      [ids[4]],
    );
    await bench.backend.cancel(ids[1] as string, TENANT);
    assert.deepEqual(
      (await bench.list({ status: 'cancelled' })).map(({ id }) => id),
      [ids[1]],
    );
    assert.equal((await bench.list({ status: ['queued', 'cancelled'] })).length, 5);
    await bench.backend.start();
    await Promise.all(ids.map((id) => bench.result(id)));
    assert.equal((await bench.list({ status: 'completed' })).length, 4);
  },
  'ends the list of a tenant who submits all the while': async (bench) => {
    bench.register({ echo });
    await bench.submit('echo', 0);
    let seen = 0;
    for await (const _run of bench.backend.store.list({ tenant: TENANT })) {
      seen += 1;
      assert.ok(seen < 50, 'the list should end');
      await bench.submit('echo', seen);
      await bench.submit('echo', seen);
    }
  },
  'lets a reader of the list leave early': async (bench) => {
    bench.register({ echo });
    for (let index = 0; index < 30; index += 1) await bench.submit('echo', index);
    const seen: JsonValue[] = [];
    for await (const { input } of bench.backend.store.list({ tenant: TENANT })) {
      seen.push(input);
      if (seen.length === 2) break;
    }
    assert.deepEqual(seen, [0, 1]);
  },
  'lists page by page, also with filters and while runs are added': async (bench) => {
    bench.register({ echo, other: echo });
    const ids: string[] = [];
    for (let index = 0; index < 11; index += 1)
      ids.push(await bench.submit(index % 3 === 0 ? 'other' : 'echo', index));
    await bench.submit('echo', 'theirs', { tenant: 'south' });
    const pages: string[][] = [];
    for (let after: string | undefined; ; ) {
      const page = (await bench.list({ limit: 4, ...(after !== undefined && { after }) })).map(
        ({ id }) => id,
      );
      if (pages.length === 0) ids.push(await bench.submit('echo', 'late'));
      pages.push(page);
      after = page.at(-1);
      if (page.length < 4) break;
    }
    assert.deepEqual(
      pages.map((page) => page.length),
      [4, 4, 4, 0],
    );
    assert.deepEqual(pages.flat(), ids);
    const others = await bench.list({ name: 'other', after: ids[2] as string, limit: 2 });
    assert.deepEqual(
      others.map(({ id }) => id),
      [ids[3], ids[6]],
    );
  },
  'refuses a page that begins nowhere, and a limit that is none': async (bench) => {
    bench.register({ echo });
    const theirs = await bench.submit('echo', 1, { tenant: 'south' });
    await rejectsWith('not-found', bench.list({ after: 'nobody' }));
    await rejectsWith('not-found', bench.list({ after: theirs }));
    for (const limit of [0, -1, 1.5]) await rejectsWith('invalid-argument', bench.list({ limit }));
  },
};
