/** Finds records in JSON and newline-delimited JSON: lists of objects, as tables. */
import { posix } from 'node:path';
import type { TextFile } from '../../contracts/workspace.ts';
import { type JsonNode, parseJsonLines } from './json-lines.ts';
import type { CellValue, Table } from './table.ts';

const MAX_COLUMNS = 500;
const MAX_ROWS = 50_000;
/** Fewer objects than this in a member of a larger document are settings rather than records. */
const FEWEST_NESTED = 3;

/** A line that is no JSON. */
export interface BrokenLine {
  readonly line: number;
  readonly message: string;
}

type ObjectNode = Extract<JsonNode, { kind: 'object' }>;

/** Settings of tools, which are JSON but no data. */
export function isSettingsFile(path: string): boolean {
  const name = posix.basename(path).toLowerCase();
  if (/(?:^|\/)\.(?:vscode|devcontainer|github|idea|claude|cursor|husky)\//.test(path)) return true;
  if (
    name.startsWith('.') ||
    /(?:lock|shrinkwrap|rc|config|conf|settings|schema|manifest|tsbuildinfo|\.map|collection|openapi|swagger)\.json$/.test(
      name,
    )
  )
    return true;
  return /^(?:package|composer|bower|lerna|nx|turbo|angular|renovate|vercel|firebase|now|app|project|workspace|deno|biome|components|importmap)\.json$|^(?:ts|js)config.*\.json$|^(?:openapi|swagger).*\.json$/.test(
    name,
  );
}

/** Lists of objects: the document itself, or members of it that hold at least three alike. */
export function readJsonTables(file: TextFile): readonly Table[] {
  const root = parseJsonLines(file.text.replace(/^\uFEFF/, ''));
  if (root === undefined) return [];
  if (root.kind === 'array') {
    const objects = objectsOf(root);
    return objects === undefined || objects.length === 0 ? [] : [tableOf(file, '', 'json', objects)];
  }
  if (root.kind !== 'object') return [];
  return root.members.flatMap(([name, value]) => {
    const objects = value.kind === 'array' ? objectsOf(value) : undefined;
    return objects === undefined || objects.length < FEWEST_NESTED || !areAlike(objects)
      ? []
      : [tableOf(file, name, 'json', objects)];
  });
}

/** One value per line. A text that is one JSON document over several lines has no table and no broken line. */
export function readJsonLines(file: TextFile): {
  readonly table: Table | undefined;
  readonly broken: readonly BrokenLine[];
  readonly lines: number;
} {
  const objects: ObjectNode[] = [];
  const broken: BrokenLine[] = [];
  let lines = 0;
  for (const [index, raw] of file.lines.entries()) {
    const text = index === 0 ? raw.replace(/^\uFEFF/, '') : raw;
    if (text.trim() === '') continue;
    lines += 1;
    const node = parseJsonLines(text, index + 1);
    if (node?.kind === 'object') objects.push(node);
    if (node === undefined) broken.push({ line: index + 1, message: reasonOf(text) });
  }
  if (broken.length > 0 && broken.length >= lines / 2 && parseJsonLines(file.text) !== undefined) {
    return { table: undefined, broken: [], lines };
  }
  return {
    table: objects.length === 0 ? undefined : tableOf(file, '', 'ndjson', objects.slice(0, MAX_ROWS)),
    broken,
    lines,
  };
}

function reasonOf(text: string): string {
  try {
    JSON.parse(text);
    return 'It is nested too deeply.';
  } catch (error) {
    // The engine's message quotes the line, which may hold personal data: keep what is said before the quotation.
    return (error instanceof Error ? error.message : 'It is no JSON.').replace(
      /,? *"[\s\S]*$| in JSON at[\s\S]*$/,
      '',
    );
  }
}

function objectsOf(array: Extract<JsonNode, { kind: 'array' }>): readonly ObjectNode[] | undefined {
  const objects = array.items.filter((item) => item.kind === 'object');
  return objects.length === array.items.length ? objects.slice(0, MAX_ROWS) : undefined;
}

function areAlike(objects: readonly ObjectNode[]): boolean {
  const names = new Set(objects.flatMap(({ members }) => members.map(([key]) => key)));
  const members = objects.reduce((sum, object) => sum + object.members.length, 0);
  return names.size > 0 && members / (objects.length * names.size) >= 0.5;
}

function tableOf(
  file: TextFile,
  name: string,
  format: 'json' | 'ndjson',
  objects: readonly ObjectNode[],
): Table {
  const index = new Map<string, number>();
  for (const { members } of objects) {
    for (const [key] of members) if (!index.has(key) && index.size < MAX_COLUMNS) index.set(key, index.size);
  }
  const rows = objects.map(({ line, members }) => {
    const values: (CellValue | undefined)[] = [];
    const lines: number[] = [];
    for (const [key, node] of members) {
      const column = index.get(key);
      if (column === undefined) continue;
      values[column] = node.kind === 'scalar' ? node.value : { nested: node.kind };
      lines[column] = node.line;
    }
    return { line, values, lines };
  });
  return { file, name, format, columns: [...index.keys()], rows };
}
