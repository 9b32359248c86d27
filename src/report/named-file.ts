/** Reads a JSON file that was named on the command line: small enough, well-formed, of a version that is known. */
import { constants, open } from 'node:fs/promises';
import { OrchestratorError, toError } from '../shared/errors.ts';
import { digestOf } from '../shared/json.ts';

/** A report of a very large run is far smaller. */
const MAX_BYTES = 128 * 1024 * 1024;

/** A file that was read, and the digest by which anyone can tell whether it is still the same. */
export interface NamedFile {
  /** As it was named. */
  readonly path: string;
  readonly digest: string;
  readonly value: unknown;
}

/** How much a file may be. */
export interface NamedFileLimits {
  /** @default 128 MiB */
  readonly maxBytes?: number;
  /** Objects and arrays in it, which take far more memory than text. @default 10,000,000 */
  readonly maxContainers?: number;
}

/** Of objects and arrays in each other; what this program writes has a dozen. */
const MAX_DEPTH = 1_000;

/** Rejects with `not-found`, or `invalid-argument` for what is no such file, each naming `what`. */
export async function readNamedFile(
  path: string,
  what: string,
  { maxBytes = MAX_BYTES, maxContainers = 10_000_000 }: NamedFileLimits = {},
): Promise<NamedFile> {
  const bytes = await readBytes(path, what, maxBytes);
  const shape = shapeOf(bytes);
  if (shape.depth > MAX_DEPTH) throw broken(path, what, `JSON of more than ${MAX_DEPTH} levels`);
  if (shape.containers > maxContainers)
    throw broken(path, what, `more than ${maxContainers} objects and arrays`);
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString('utf8').replace(/^\ufeff/, ''));
  } catch (cause) {
    throw broken(path, what, 'text that is not JSON', cause);
  }
  const version = (value as { schemaVersion?: unknown } | null)?.schemaVersion;
  if (typeof version === 'number' && version > 1)
    throw broken(path, what, `schema version ${version}, which a newer release wrote; this one reads 1`);
  return { path, digest: digestOf(bytes), value };
}

/** Says what was expected at `path` and what is there. */
export function broken(path: string, what: string, got: string, cause?: unknown): OrchestratorError {
  return new OrchestratorError('invalid-argument', `Expected ${path} to be ${what}, got ${got}.`, {
    details: { path },
    cause,
  });
}

/** Counts before anything is parsed: text is small, and what it stands for may not fit into memory. */
function shapeOf(bytes: Buffer): { readonly depth: number; readonly containers: number } {
  let open = 0;
  let depth = 0;
  let containers = 0;
  let isText = false;
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at];
    if (isText) {
      if (byte === BACKSLASH) at += 1;
      else if (byte === QUOTE) isText = false;
    } else if (byte === QUOTE) isText = true;
    else if (byte === BRACE || byte === BRACKET) {
      containers += 1;
      open += 1;
      if (open > depth) depth = open;
    } else if (byte === BRACE + 2 || byte === BRACKET + 2) open -= 1;
  }
  return { depth, containers };
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
/** `[` and `{`; what closes them stands two further. */
const BRACKET = 0x5b;
const BRACE = 0x7b;

async function readBytes(path: string, what: string, maxBytes: number): Promise<Buffer> {
  try {
    // Without waiting: a named pipe that nobody writes to would hold the review for ever.
    await using file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
    const stats = await file.stat();
    if (!stats.isFile()) throw broken(path, what, stats.isDirectory() ? 'a folder' : 'no regular file');
    if (stats.size > maxBytes)
      throw broken(path, what, `${stats.size} bytes, over the ${maxBytes} that are read`);
    return await file.readFile();
  } catch (cause) {
    if (OrchestratorError.isInstance(cause)) throw cause;
    const { code } = toError(cause) as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR')
      throw new OrchestratorError('not-found', `Expected ${path} to be ${what}, but there is no such file.`, {
        details: { path },
        cause,
      });
    throw broken(path, what, `a file that can't be read (${code ?? 'unknown reason'})`, cause);
  }
}
