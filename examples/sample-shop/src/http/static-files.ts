/** Pictures and style sheets. */
import { readFile } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { etagOf } from './etag.ts';
import type { RouteContext } from './router.ts';

const TYPES: Readonly<Record<string, string>> = { '.css': 'text/css', '.svg': 'image/svg+xml', '.txt': 'text/plain' };

/** Serves a file below the public folder. */
export async function serveAsset(folder: string, { request, response, url }: RouteContext): Promise<void> {
  const name = decodeURIComponent(url.pathname.slice('/assets/'.length));
  const body = await readFile(join(folder, name)).catch(() => undefined);
  if (body === undefined) {
    response.writeHead(404).end('Not found');
    return;
  }
  const etag = etagOf(body);
  if (request.headers['if-none-match'] === etag) {
    response.writeHead(304).end();
    return;
  }
  response.writeHead(200, { 'content-type': TYPES[extname(name)] ?? 'application/octet-stream', etag }).end(body);
}

/** Serves the picture of a product: a file name, never a path. */
export async function servePicture(folder: string, { response, params }: RouteContext): Promise<void> {
  const file = join(folder, `${basename(params['sku'] ?? '')}.svg`);
  const body = await readFile(file).catch(() => undefined);
  if (body === undefined) response.writeHead(404).end('Not found');
  else response.writeHead(200, { 'content-type': 'image/svg+xml' }).end(body);
}
