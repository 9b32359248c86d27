/** The backend as it is published: its thread is a file of its own beside the bundle. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROOT } from '../../house/source-files.ts';
import { ensureBuilt } from '../../support/built-package.ts';
import { POSTGRES_MISSING, POSTGRES_NOTE, PostgresServer } from '../../support/postgres/postgres-server.ts';

let server: PostgresServer;
beforeAll(async () => {
  if (POSTGRES_MISSING !== undefined) return;
  ensureBuilt();
  server = await PostgresServer.start();
}, 300_000);
afterAll(() => server?.remove());

const PROGRAM = `
const { DbosBackend } = await import(process.argv[1]);
const backend = new DbosBackend({ connectionString: process.argv[2] });
backend.register('double', async (context, input) => context.step('once', async () => input * 2));
await backend.start();
const { id } = await backend.submit('double', 21, { queue: 'numbers', tenant: 'default' });
console.log((await backend.store.result(id, 'default')).output);
await backend.stop();
`;

describe.skipIf(POSTGRES_MISSING !== undefined)(`the built DBOS backend${POSTGRES_NOTE}`, () => {
  it('gives signs of life from a thread, runs a step that asks first, and ends by itself', async () => {
    const bundle = pathToFileURL(join(ROOT, 'dist/backends/dbos/index.js')).href;
    const child = spawn(
      process.execPath,
      ['--input-type=module', '--eval', PROGRAM, bundle, await server.createDatabase()],
      { stdio: ['ignore', 'pipe', 'pipe'], cwd: ROOT },
    );
    let [output, errors] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      errors += text;
    });
    const [code] = await once(child, 'exit');
    expect([code, output.trim()], errors).toEqual([0, '42']);
  });
});
