/** Opens one file safely: no symbolic link followed, nothing special opened, no more bytes than allowed. */
import { constants } from 'node:fs';
import { type FileHandle, open, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { SkippedFile, TextFile } from '../contracts/workspace.ts';
import { digestOf } from '../shared/json.ts';

const SNIFFED_BYTES = 8192;
/** Non-blocking, so that a pipe put in a file's place can't hold us. */
const FLAGS = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

/** What reading came to: the bytes, or why not. */
export type Opened<T> = { readonly value: T } | { readonly reason: SkippedFile['reason'] | 'missing' };

/** True for a path that stays inside: relative, with `/`, without `.`, `..` or empty parts. */
export function isInsidePath(path: string): boolean {
  if (path === '' || path.includes('\0') || path.startsWith('/')) return false;
  return path.split('/').every((part) => part !== '' && part !== '.' && part !== '..');
}

/** The whole text of a file, or why there is none. `root` must be a real path. */
export async function readText(root: string, path: string, maxBytes: number): Promise<Opened<TextFile>> {
  return withFile(root, path, async (handle, size) => {
    if (size > maxBytes) return { reason: 'too-large' };
    const bytes = await readUpTo(handle, maxBytes + 1);
    // Files of /proc and files that grow while they are read say a wrong size.
    if (bytes.length > maxBytes) return { reason: 'too-large' };
    if (isBinary(bytes)) return { reason: 'binary' };
    return { value: textFile(path, bytes) };
  });
}

/** All bytes of a regular file, or why there are none. */
export async function readBytes(root: string, path: string, maxBytes: number): Promise<Opened<Uint8Array>> {
  return withFile(root, path, async (handle, size) => {
    if (size > maxBytes) return { reason: 'too-large' };
    const bytes = await readUpTo(handle, maxBytes + 1);
    return bytes.length > maxBytes ? { reason: 'too-large' } : { value: bytes };
  });
}

/** Size of a text file, after a look at its first bytes. */
export async function sniff(root: string, path: string, maxBytes: number): Promise<Opened<number>> {
  return withFile(root, path, async (handle, size) => {
    if (size > maxBytes) return { reason: 'too-large' };
    return isBinary(await readUpTo(handle, SNIFFED_BYTES)) ? { reason: 'binary' } : { value: size };
  });
}

/** The first bytes of a file as text, or undefined. */
export async function readHead(root: string, path: string, maxBytes: number): Promise<string | undefined> {
  const opened = await withFile(root, path, async (handle) => ({ value: await readUpTo(handle, maxBytes) }));
  return 'value' in opened ? new TextDecoder().decode(opened.value) : undefined;
}

async function withFile<T>(
  root: string,
  path: string,
  work: (handle: FileHandle, size: number) => Promise<Opened<T>>,
): Promise<Opened<T>> {
  const absolute = join(root, path);
  let handle: FileHandle | undefined;
  try {
    handle = await open(absolute, FLAGS);
    const opened = await handle.stat();
    if (!opened.isFile()) return { reason: 'special' };
    // A folder on the way may be a link, or may have become one: the file at the real path must be the one we hold.
    const real = await realpath(absolute);
    if (real !== absolute) return { reason: 'outside' };
    const found = await stat(real);
    if (found.ino !== opened.ino || found.dev !== opened.dev) return { reason: 'outside' };
    return await work(handle, opened.size);
  } catch (error) {
    return { reason: reasonOf(error) };
  } finally {
    await handle?.close();
  }
}

function reasonOf(error: unknown): SkippedFile['reason'] | 'missing' {
  const code = (error as { code?: string } | null)?.code;
  if (code === 'ENOENT' || code === 'ENOTDIR') return 'missing';
  if (code === 'ELOOP' || code === 'EMLINK') return 'symlink';
  if (code === 'ENXIO' || code === 'EISDIR') return 'special';
  return 'unreadable';
}

async function readUpTo(handle: FileHandle, limit: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let total = 0;
  while (total < limit) {
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(Math.min(64 * 1024, limit - total)));
    if (bytesRead === 0) break;
    chunks.push(buffer.subarray(0, bytesRead));
    total += bytesRead;
  }
  return Buffer.concat(chunks);
}

function isBinary(bytes: Uint8Array): boolean {
  return bytes.subarray(0, SNIFFED_BYTES).includes(0);
}

function textFile(path: string, bytes: Uint8Array): TextFile {
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes);
  return { path, text, lines: text.split(/\r?\n/), digest: digestOf(bytes) };
}
