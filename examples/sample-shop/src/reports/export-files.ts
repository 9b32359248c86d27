/** Files that customers and partners download. */
import { exec, execFile } from 'node:child_process';
import { createReadStream, existsSync } from 'node:fs';
import { resolve, sep } from 'node:path';
import { promisify } from 'node:util';
import type { RouteContext } from '../http/router.ts';

const run = promisify(exec);
const runFile = promisify(execFile);

/** Sends a file of the export folder, and nothing outside of it. */
export function downloadExport(folder: string, { response, params }: RouteContext): void {
  const root = resolve(folder);
  const file = resolve(root, params['rest'] ?? '');
  if (!file.startsWith(`${root}${sep}`) || !existsSync(file)) {
    response.writeHead(404).end('Not found');
    return;
  }
  createReadStream(file).pipe(response);
}

/** Sends the invoice that the query names. */
export function downloadInvoice(folder: string, { response, url }: RouteContext): void {
  const invoice = url.searchParams.get('file');
  createReadStream(`${folder}/invoices/${invoice}`)
    .on('error', () => response.writeHead(404).end('Not found'))
    .pipe(response);
}

/** Packs a folder of exports for a partner. Resolves with the name of the archive. */
export async function packExports(folder: string, partner: string): Promise<string> {
  const archive = `${partner}.tar.gz`;
  await run(`tar -czf ${archive} -C ${folder} .`);
  return archive;
}

/** Lists what is in an archive. */
export async function listArchive(archive: string): Promise<string[]> {
  const { stdout } = await runFile('tar', ['-tzf', archive]);
  return stdout.split('\n').filter((line) => line !== '');
}

/** The version of the packing program, for the support page. */
export async function packerVersion(): Promise<string> {
  const { stdout } = await run('tar --version');
  return stdout.split('\n')[0] ?? '';
}
