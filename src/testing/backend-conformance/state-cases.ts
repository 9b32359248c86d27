/** Versioned records. */
import assert from 'node:assert/strict';
import type { StateRecord } from '../../contracts/state.ts';
import { type CaseBody, rejectsWith, TENANT } from './bench.ts';

export const state: Readonly<Record<string, CaseBody>> = {
  'counts the versions of a record up from 1': async ({ backend }) => {
    const port = backend.store.state(TENANT);
    assert.equal(await port.get('k'), undefined);
    assert.deepEqual(await port.put('k', { n: 1 }, 0), { key: 'k', value: { n: 1 }, version: 1 });
    assert.equal((await port.put('k', { n: 2 }, 1)).version, 2);
    assert.deepEqual(await port.get('k'), { key: 'k', value: { n: 2 }, version: 2 });
    assert.deepEqual(await backend.store.state(TENANT).get('k'), { key: 'k', value: { n: 2 }, version: 2 });
  },
  'refuses to write over a version that the writer has not seen': async ({ backend }) => {
    const port = backend.store.state(TENANT);
    await rejectsWith('version-conflict', port.put('k', 1, 1));
    await port.put('k', 1, 0);
    await rejectsWith('version-conflict', port.put('k', 2, 0));
    assert.equal((await port.get('k'))?.value, 1);
  },
  'lets one of many writers of a version win': async ({ backend }) => {
    const port = backend.store.state(TENANT);
    await port.put('k', 0, 0);
    const outcomes = await Promise.allSettled(
      Array.from({ length: 8 }, (_, index) => port.put('k', index, 1)),
    );
    assert.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 1);
    assert.equal((await port.get('k'))?.version, 2);
  },
  'lists records by prefix, by key': async ({ backend }) => {
    const port = backend.store.state(TENANT);
    for (const key of ['b/2', 'a', 'b/10', 'b/1', 'c', 'b_x', 'b%', 'a/b/1']) await port.put(key, key, 0);
    assert.deepEqual(
      (await port.list('b/')).map(({ key }) => key),
      ['b/1', 'b/10', 'b/2'],
    );
    assert.deepEqual(
      (await port.list('b_')).map(({ key }) => key),
      ['b_x'],
    );
    assert.equal((await port.list()).length, 8);
  },
  'deletes a version that the caller has seen': async ({ backend }) => {
    const port = backend.store.state(TENANT);
    await port.put('k', 1, 0);
    await rejectsWith('version-conflict', port.delete('k', 2));
    await port.delete('k', 1);
    assert.equal(await port.get('k'), undefined);
    await port.delete('k', 0);
    assert.equal((await port.put('k', 'again', 0)).version, 1);
  },
  'gives copies of what is kept': async ({ backend }) => {
    const port = backend.store.state(TENANT);
    const value = { list: [1] };
    await port.put('k', value, 0);
    value.list.push(2);
    const read = (await port.get('k')) as StateRecord<{ list: number[] }> | undefined;
    read?.value.list.push(3);
    assert.deepEqual((await port.get('k'))?.value, { list: [1] });
  },
};
