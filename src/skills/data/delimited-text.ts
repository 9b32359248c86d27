/** Reads CSV, TSV and their relatives: finds the delimiter and the header, and says which rows do not fit. */
import type { TextFile } from '../../contracts/workspace.ts';
import type { RaggedRow, Table, TableRow } from './table.ts';

const MAX_ROWS = 50_000;
const MAX_COLUMNS = 500;

export interface DelimitedText {
  readonly table: Table;
  readonly delimiter: string;
  readonly hasHeader: boolean;
  readonly ragged: readonly RaggedRow[];
  /** True when rows differ so much that this is no table. */
  readonly isIrregular: boolean;
  readonly isTruncated: boolean;
}

interface Parsed {
  readonly line: number;
  readonly cells: readonly string[];
}

/** Undefined when there is no row at all. */
export async function readDelimited(file: TextFile): Promise<DelimitedText | undefined> {
  const text = file.text.replaceAll('\r\n', '\n').replace(/^\uFEFF/, '');
  const delimiter = sniffDelimiter(text, /\.t(?:sv|ab)$/i.test(file.path));
  const hasComments = text.startsWith('#');
  const openQuote = lineOfOpenQuote(text, delimiter);
  const rows = await parseRows(text, delimiter, hasComments, openQuote !== undefined);
  const first = rows[0];
  if (first === undefined) return undefined;
  const hasHeader = looksLikeHeader(first.cells);
  const body = hasHeader ? rows.slice(1) : rows;
  const expected = expectedWidth(hasHeader ? first.cells.length : undefined, body);
  const uneven = body.filter(({ cells }) => cells.length !== expected);
  const isIrregular = body.length > 5 && uneven.length > body.length / 2;
  const ragged: RaggedRow[] = isIrregular
    ? []
    : uneven.map(({ line, cells }) => ({ line, expected, found: cells.length }));
  if (
    !isIrregular &&
    hasHeader &&
    first.cells.length !== expected &&
    !hasEmptyTail(body, first.cells.length)
  ) {
    ragged.unshift({ line: first.line, expected, found: first.cells.length });
  }
  if (openQuote !== undefined) {
    ragged.push({ line: openQuote, expected, found: 0, reason: 'A quote is opened here and never closed.' });
  }
  const width = Math.min(MAX_COLUMNS, isIrregular ? first.cells.length : expected);
  const columns = Array.from({ length: width }, (_unused, index) => {
    const name = hasHeader ? first.cells[index]?.trim() : undefined;
    return name === undefined || name === '' ? `column ${index + 1}` : name;
  });
  const good = body.filter(({ cells }) => cells.length === expected);
  const table: Table = {
    file,
    name: '',
    format: 'delimited',
    columns,
    rows: good.map(({ line, cells }): TableRow => ({ line, values: cells })),
  };
  return { table, delimiter, hasHeader, ragged, isIrregular, isTruncated: rows.length >= MAX_ROWS };
}

async function parseRows(
  text: string,
  delimiter: string,
  hasComments: boolean,
  isUnquoted: boolean,
): Promise<Parsed[]> {
  const { parse } = await import('csv-parse/sync');
  const records = parse(text, {
    delimiter,
    info: true,
    raw: true,
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
    to: MAX_ROWS,
    record_delimiter: '\n',
    ...(hasComments ? { comment: '#', comment_no_infix: true } : {}),
    // Without a closing quote the rest of the file would become one cell: take quotes as plain characters then.
    ...(isUnquoted ? { quote: null } : {}),
  }) as unknown as readonly { readonly record: readonly string[]; readonly raw: string }[];
  let next = 1;
  return records.map(({ record, raw }) => {
    const lines = raw.split('\n');
    let skipped = 0;
    while (skipped < lines.length - 1 && isSkipped(lines[skipped] ?? '', hasComments)) skipped += 1;
    const line = next + skipped;
    next += lines.length - 1;
    return { line, cells: record };
  });
}

function isSkipped(line: string, hasComments: boolean): boolean {
  return line === '' || (hasComments && line.startsWith('#'));
}

/** The delimiter that cuts the first lines most evenly; a comma when none does. */
function sniffDelimiter(text: string, isTabbed: boolean): string {
  const lines = text
    .slice(0, 50_000)
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.startsWith('#'))
    .slice(0, 30);
  let best = { delimiter: isTabbed ? '\t' : ',', score: 0 };
  for (const delimiter of isTabbed ? ['\t', ',', ';'] : [',', ';', '\t', '|']) {
    const counts = lines.map((line) => countOutsideQuotes(line, delimiter));
    const usual = mode(counts.filter((count) => count > 0));
    const share = counts.filter((count) => count === usual).length / lines.length;
    // A character that the first line lacks is rather a decimal comma than a delimiter.
    const score = usual === undefined ? 0 : share * Math.log2(1 + usual) * ((counts[0] ?? 0) > 0 ? 1 : 0.3);
    if (score > best.score) best = { delimiter, score };
  }
  return best.delimiter;
}

function countOutsideQuotes(line: string, delimiter: string): number {
  let count = 0;
  let isQuoted = false;
  for (const character of line) {
    if (character === '"') isQuoted = !isQuoted;
    else if (character === delimiter && !isQuoted) count += 1;
  }
  return count;
}

/** The line of a quote that starts a cell and has no end before the end of the text. */
function lineOfOpenQuote(text: string, delimiter: string): number | undefined {
  let line = 1;
  let opened: number | undefined;
  let isCellStart = true;
  for (let index = 0; index < text.length; index += 1) {
    const character = text[index];
    if (character === '\n') line += 1;
    if (opened === undefined) {
      if (character === '"' && isCellStart) opened = line;
      isCellStart = character === delimiter || character === '\n';
    } else if (character === '"') {
      const following = text[index + 1];
      if (following === '"') index += 1;
      else if (following === undefined || following === delimiter || following === '\n') opened = undefined;
      isCellStart = false;
    }
  }
  return opened;
}

/** A first row of different, non-empty texts none of which is a number or a date. */
function looksLikeHeader(cells: readonly string[]): boolean {
  const names = cells.map((cell) => cell.trim());
  while (names.length > 1 && names.at(-1) === '') names.pop();
  if (new Set(names).size !== names.length) return false;
  return names.every(
    (name, index) => (name !== '' || index === 0) && !/^[-+]?[\d.,]+%?$|^\d{4}-\d\d-\d\d/.test(name),
  );
}

function expectedWidth(header: number | undefined, body: readonly Parsed[]): number {
  const usual = mode(body.map(({ cells }) => cells.length));
  if (usual === undefined) return header ?? 0;
  if (header === undefined || header === usual) return usual;
  const share = body.filter(({ cells }) => cells.length === usual).length / body.length;
  return body.length >= 3 && share > 0.5 ? usual : header;
}

/** True when the rows are longer than the header only by empty cells: a delimiter at the end of each line. */
function hasEmptyTail(body: readonly Parsed[], width: number): boolean {
  return body.every(({ cells }) => cells.slice(width).every((cell) => cell.trim() === ''));
}

function mode(values: readonly number[]): number | undefined {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  let best: number | undefined;
  for (const [value, count] of counts) {
    if (best === undefined || count > (counts.get(best) ?? 0)) best = value;
  }
  return best;
}
