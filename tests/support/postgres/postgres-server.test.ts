import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { POSTGRES_MISSING, POSTGRES_NOTE, PostgresServer } from './postgres-server.ts';

describe.skipIf(POSTGRES_MISSING !== undefined)(`the PostgreSQL of the tests${POSTGRES_NOTE}`, () => {
  it('keeps what was committed over a restart and a kill, gives each test a database, and leaves nothing', {
    timeout: 60_000,
  }, async () => {
    const server = await PostgresServer.start();
    const [{ folder }] = (await server.query<{ folder: string }>(
      "SELECT current_setting('data_directory') AS folder",
    )) as [{ folder: string }];
    const [one, other] = [await server.createDatabase(), await server.createDatabase()];
    expect(one).not.toBe(other);
    await server.query('CREATE TABLE kept (value integer)', [], one);
    for (const [value, strike] of [
      () => server.restart('fast'),
      () => server.restart('immediate'),
      () => server.kill().then(() => server.start()),
    ].entries()) {
      await server.query('INSERT INTO kept VALUES ($1)', [value], one);
      await strike();
    }
    expect(await server.query('SELECT value FROM kept ORDER BY value', [], one)).toEqual(
      [0, 1, 2].map((value) => ({ value })),
    );
    await expect(server.query('SELECT * FROM kept', [], other)).rejects.toThrow('does not exist');
    await server.stop();
    await expect(server.query('SELECT 1')).rejects.toThrow('ECONNREFUSED');
    await server.start();
    await server.remove();
    expect(existsSync(folder)).toBe(false);
  });
});
