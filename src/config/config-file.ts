/** The configuration file: where it is looked for, and how it is read. */
import { readFile, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import { isPlainObject } from '../shared/json.ts';
import { badFile, unknownKey } from './config-error.ts';
import { CONFIG_KEYS } from './config-keys.ts';

/** Variables by name, such as `process.env`. */
export type Variables = Readonly<Record<string, string | undefined>>;

const LARGEST_FILE = 1_000_000;

/** Values of a file by the path of their key, such as `llm.model`. */
export interface FileValues {
  readonly file: string;
  readonly values: ReadonlyMap<string, unknown>;
}

/** Where a file is looked for, in this order; the first one found is the one. */
function configFiles(cwd: string, environment: Variables): readonly string[] {
  const home = environment['HOME'] || homedir();
  const given = environment['XDG_CONFIG_HOME'] ?? '';
  // The XDG specification: a path that is not absolute is to be ignored.
  const userConfig = isAbsolute(given) ? given : join(home, '.config');
  return [
    join(cwd, 'orchestrator.yaml'),
    join(cwd, 'orchestrator.yml'),
    join(cwd, 'config', 'orchestrator.yaml'),
    join(userConfig, 'orchestrator', 'config.yaml'),
    join(home, '.orchestrator', 'config.yaml'),
  ];
}

/** Reads the file given, which must be there, or else the first one found. Undefined when there is none. */
export async function readConfigFile(
  {
    cwd,
    environment,
    file,
  }: { readonly cwd: string; readonly environment: Variables; readonly file: string | undefined },
  signal: AbortSignal | undefined,
): Promise<FileValues | undefined> {
  if (file !== undefined) return readYaml(resolve(cwd, file), signal);
  for (const candidate of configFiles(cwd, environment)) {
    const found = await readYaml(candidate, signal, true);
    if (found !== undefined) return found;
  }
  return undefined;
}

async function readYaml(
  file: string,
  signal: AbortSignal | undefined,
  mayBeMissing = false,
): Promise<FileValues | undefined> {
  let text: string;
  try {
    const { size } = await stat(file);
    if (size > LARGEST_FILE) throw badFile(file, `has ${size} bytes; ${LARGEST_FILE} is the most`);
    text = await readFile(file, { encoding: 'utf8', ...(signal === undefined ? {} : { signal }) });
  } catch (error) {
    signal?.throwIfAborted();
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'config-invalid') throw error;
    if (mayBeMissing && (code === 'ENOENT' || code === 'ENOTDIR')) return undefined;
    throw badFile(file, `can't be read (${code ?? 'unknown reason'})`, error);
  }
  return { file, values: flatten(await parseYaml(text, file), file) };
}

async function parseYaml(text: string, file: string): Promise<unknown> {
  const { parseDocument } = await import('yaml');
  const document = parseDocument(text, { uniqueKeys: true, logLevel: 'silent' });
  const [problem] = document.errors;
  if (problem !== undefined) {
    const [place] = problem.linePos ?? [];
    // The text of the problem quotes the line, which may hold the key of a model: only its kind and place are told.
    throw badFile(
      file,
      `is not valid YAML at line ${place?.line ?? '?'}, column ${place?.col ?? '?'} (${problem.code})`,
    );
  }
  try {
    return document.toJS({ maxAliasCount: 100 }) as unknown;
  } catch (error) {
    throw badFile(file, 'repeats itself too often (aliases)', error);
  }
}

/** Checks that all keys are known. An empty value is as good as none. */
function flatten(content: unknown, file: string): ReadonlyMap<string, unknown> {
  if (content === null || content === undefined) return new Map();
  if (!isPlainObject(content)) throw badFile(file, 'does not hold keys and values');
  const known = CONFIG_KEYS.map(({ path }) => path);
  const groups = new Set(known.filter((path) => path.includes('.')).map((path) => path.split('.')[0]));
  const values = new Map<string, unknown>();
  const put = (path: string, value: unknown): void => {
    if (!known.includes(path)) throw unknownKey(path, file, known);
    if (value !== null && value !== undefined) values.set(path, value);
  };
  for (const [key, value] of Object.entries(content)) {
    if (!groups.has(key)) put(key, value);
    else if (isPlainObject(value))
      for (const [inner, member] of Object.entries(value)) put(`${key}.${inner}`, member);
    else if (value !== null) throw badFile(file, `must hold keys and values under \`${key}\``);
  }
  return values;
}
