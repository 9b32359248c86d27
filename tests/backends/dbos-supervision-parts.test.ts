import { describe, expect, it } from 'vitest';
import { checkAdoptable } from '../../src/backends/dbos/supervision/adopted-executor.ts';
import { Silence } from '../../src/backends/dbos/supervision/silence.ts';
import { Supervisor } from '../../src/backends/dbos/supervision/supervisor.ts';
import { sessionName, withoutSessionName } from '../../src/backends/dbos/supervision/system-pool.ts';
import { threadLocation } from '../../src/backends/dbos/supervision/thread-location.ts';

const LEASE_MS = 1000;
const at = (id: string, beat: number) => ({ id, beat: String(beat), leaseMs: LEASE_MS });

/** Looks every 100 ms, as often as asked. */
function lookOn(silence: Silence, from: number, times: number, beat: (look: number) => number): string[] {
  const found: string[] = [];
  for (let look = 0; look < times; look += 1)
    found.push(...silence.look(from + look * 100, [at('a', beat(look))]).map(({ id }) => id));
  return found;
}

describe('the silence of an executor', () => {
  it('is found after its lease, with the last sign of life', () => {
    const silence = new Silence(200);
    expect(lookOn(silence, 0, 10, () => 7)).toEqual([]);
    expect(silence.look(1000, [at('a', 7)])).toEqual([{ id: 'a', beat: '7', silentMs: 1000 }]);
  });

  it('ends with every sign of life', () => {
    expect(lookOn(new Silence(200), 0, 100, (look) => Math.floor(look / 9))).toEqual([]);
  });

  it('does not grow while the one that looks is asleep', () => {
    const silence = new Silence(200);
    lookOn(silence, 0, 5, () => 7);
    expect(silence.look(3_600_000, [at('a', 7)])).toEqual([]);
    expect(lookOn(silence, 3_600_100, 3, () => 7)).toEqual([]);
    expect(lookOn(silence, 3_600_400, 1, () => 7)).toEqual(['a']);
  });

  it('begins anew when the database was away', () => {
    const silence = new Silence(200);
    lookOn(silence, 0, 10, () => 7);
    silence.forget();
    expect(lookOn(silence, 1000, 10, () => 7)).toEqual([]);
    expect(lookOn(silence, 2000, 1, () => 7)).toEqual(['a']);
  });

  it('goes by the lease of the executor itself', () => {
    const silence = new Silence(200);
    const long = { id: 'b', beat: '1', leaseMs: 5000 };
    silence.look(0, [long]);
    for (let now = 100; now < 5000; now += 100) expect(silence.look(now, [long])).toEqual([]);
    expect(silence.look(5000, [long])).toHaveLength(1);
  });

  it('is forgotten of whoever said goodbye', () => {
    const silence = new Silence(200);
    lookOn(silence, 0, 9, () => 7);
    silence.look(900, []);
    expect(silence.look(1000, [at('a', 7)])).toEqual([]);
  });
});

describe('what a supervisor is given', () => {
  const good = { connection: 'postgres://localhost/work', config: { name: 'work' } };

  it.each([
    ['options', undefined],
    ['options', { ...good, lease: 5 }],
    ['connection', { ...good, connection: 'localhost' }],
    ['connection', { ...good, connection: undefined }],
    ['config', { ...good, config: undefined }],
    ['config.name', { ...good, config: { name: '' } }],
    [
      'config.systemDatabaseSchemaName',
      { ...good, config: { name: 'a', systemDatabaseSchemaName: 'a"; DROP' } },
    ],
    ['dbos', { ...good, dbos: {} }],
    ['launch', { ...good, launch: 1 }],
    ['shutdown', { ...good, shutdown: 1 }],
    ['onDeath[0]', { ...good, onDeath: [''] }],
    ['leaseMs', { ...good, leaseMs: 99 }],
    ['beatMs', { ...good, beatMs: 8000 }],
    ['maxBlockedMs', { ...good, maxBlockedMs: 0 }],
    ['poolSize', { ...good, poolSize: 1 }],
    ['logger', { ...good, logger: {} }],
  ])('is refused where %s is wrong', (name, options) => {
    expect(() => new Supervisor(options as never)).toThrow(`Expected \`${name}\` to be `);
  });

  it('never shows a password', () => {
    expect(() => new Supervisor({ ...good, connection: 'mysql://u:secret@h/d' })).toThrow(/^(?!.*secret)/);
  });

  it('has no executor, guard or list before it is started; stopping it then is nothing', async () => {
    const supervisor = new Supervisor(good);
    expect(() => supervisor.executorId).toThrow('was not started');
    expect(() => supervisor.lost).toThrow('was not started');
    await expect(supervisor.guard()).rejects.toMatchObject({ code: 'illegal-transition' });
    await expect(supervisor.parked()).rejects.toMatchObject({ code: 'illegal-transition' });
    await expect(supervisor.addOnDeath('SELECT 1')).rejects.toMatchObject({ code: 'illegal-transition' });
    await supervisor.stop();
    await expect(supervisor.start()).rejects.toMatchObject({ code: 'stopped' });
  });

  it('tells a database that is not there', async () => {
    const supervisor = new Supervisor({ ...good, connection: 'postgres://127.0.0.1:1/none' });
    await expect(supervisor.start()).rejects.toMatchObject({
      code: 'storage-failed',
      details: { reason: 'unreachable' },
    });
    await supervisor.stop();
  });

  it('may be an own executor with a short name of its own', () => {
    checkAdoptable('machine-7');
    for (const id of ['local', 'x'.repeat(49)])
      expect(() => checkAdoptable(id)).toThrow(expect.objectContaining({ code: 'config-invalid' }));
  });
});

describe('the connections of an executor', () => {
  it('are named as PostgreSQL cuts them, whatever the address says', () => {
    expect(sessionName('a', 'v1')).toBe('dbos_transact_a_v1');
    expect(Buffer.byteLength(sessionName('x'.repeat(48), 'version'))).toBe(63);
    expect(withoutSessionName('postgres://u@h:1/d?application_name=mine&sslmode=disable')).toBe(
      'postgres://u@h:1/d?sslmode=disable',
    );
  });
});

describe('the file of the thread', () => {
  it('is the source here, and is missed with its name where it is not', () => {
    expect(threadLocation().pathname).toMatch(/supervision\/beat-thread\.ts$/);
    expect(() => threadLocation('file:///nowhere/index.js')).toThrow('beat-thread.js');
  });
});
