/** Profiles the data files of a workspace and reports rows, ids and values that break their own pattern. */

import { z } from 'zod';
import type { RuleInfo, Skill } from '../../contracts/skill.ts';
import type { TextFile } from '../../contracts/workspace.ts';
import { counted } from '../../shared/counted.ts';
import { type FindingParts, locate, makeFindings } from '../kit/finding.ts';
import { profileColumn } from './column-profile.ts';
import { readDelimited } from './delimited-text.ts';
import { duplicateIds } from './duplicate-ids.ts';
import { readJsonLines, readJsonTables } from './json-tables.ts';
import { dataFiles } from './load-tables.ts';
import type { RaggedRow, Table } from './table.ts';

const MAX_FILES = 50;
/** Findings per file and rule; the data say how many there are in all. */
const MAX_PER_RULE = 20;

const RULES = {
  ragged: {
    id: 'ragged-row',
    severity: 'error',
    title: 'Row with another number of cells',
    help: 'Readers shift or drop the cells of such a row. Quote cells that hold the delimiter, and fill in missing ones.',
  },
  duplicate: {
    id: 'duplicate-id',
    severity: 'error',
    title: 'Two records with one id',
    help: 'Look-ups and imports take one of them. Give each record its own id.',
  },
  mixed: {
    id: 'mixed-types',
    severity: 'warning',
    title: 'Value of another type than its column',
    help: 'At least 90 % of the column are of one type. Correct the value or state that the column is mixed.',
  },
  broken: {
    id: 'broken-json-line',
    severity: 'error',
    title: 'Line that is no JSON',
    help: 'Newline-delimited JSON needs one whole value on each line. Correct or remove the line.',
  },
} as const satisfies Record<string, RuleInfo>;

const column = z.object({
  name: z.string(),
  type: z.enum(['empty', 'integer', 'number', 'boolean', 'date', 'text', 'nested', 'mixed']),
  nulls: z.number(),
  distinct: z.number(),
  min: z.union([z.string(), z.number()]).nullable(),
  max: z.union([z.string(), z.number()]).nullable(),
  examples: z.array(z.string()),
  isPersonal: z.boolean(),
});
const input = z.object({}).loose();
const output = z.object({
  tables: z.array(
    z.object({
      path: z.string(),
      name: z.string(),
      format: z.enum(['delimited', 'json', 'ndjson']),
      rows: z.number(),
      columns: z.array(column),
    }),
  ),
  notes: z.array(z.object({ path: z.string(), note: z.string() })),
  counts: z.record(z.string(), z.number()),
});
type Output = z.infer<typeof output>;

/** Infers the schema of CSV, TSV, JSON and newline-delimited JSON files and checks them against it. */
export const dataProfile: Skill<z.infer<typeof input>, Output> = {
  name: 'data-profile',
  title: 'Data profile',
  description:
    'Infers columns and types of CSV, TSV, JSON and NDJSON files; reports ragged rows, repeated ids, stray types, broken lines.',
  taskTypes: ['data'],
  sideEffects: 'read',
  rules: Object.values(RULES),
  input,
  output,
  async available(context) {
    const paths = await dataFiles(context);
    for (const path of paths) {
      if (!/\.json$/i.test(path)) return { status: 'available' };
      const file = await context.workspace.read(path);
      if (file !== undefined && readJsonTables(file).length > 0) return { status: 'available' };
    }
    return {
      status: 'not-applicable',
      reason: 'There is no data file (CSV, TSV, NDJSON, or JSON with lists of records).',
    };
  },
  async run(_input, context) {
    const report = new Report();
    for (const path of await dataFiles(context)) {
      context.signal.throwIfAborted();
      if (report.read.length >= MAX_FILES) {
        report.notes.push({ path, note: `Only the first ${MAX_FILES} data files were profiled.` });
        break;
      }
      const file = await context.workspace.read(path);
      if (file !== undefined) await profileFile(file, report);
    }
    const findings = makeFindings(report.parts);
    const rows = report.tables.reduce((sum, table) => sum + table.rows, 0);
    return {
      ...(report.read.length === 0
        ? { status: 'not-applicable' as const, reason: 'No data file has a record.' }
        : {}),
      summary: `${counted(report.tables.length, 'table')} with ${counted(rows, 'record')} in ${counted(report.read.length, 'file')}; ${counted(findings.length, 'finding')}.`,
      data: { tables: report.tables, notes: report.notes, counts: Object.fromEntries(report.counts) },
      findings,
      evidence: report.read
        .slice(0, 20)
        .map((file) => locate(file, 1, { mask: report.personal.get(file.path) ?? [] })),
    };
  },
};

class Report {
  readonly read: TextFile[] = [];
  readonly tables: Output['tables'] = [];
  readonly notes: Output['notes'] = [];
  readonly parts: FindingParts[] = [];
  readonly counts = new Map<string, number>();
  /** Per file, texts of the first line that are not to be shown. */
  readonly personal = new Map<string, readonly string[]>();

  add(
    rule: RuleInfo,
    file: TextFile,
    items: readonly { line: number; message: string; firstLine?: number }[],
    mask: (line: number) => readonly string[],
  ): void {
    if (items.length > 0) this.counts.set(rule.id, (this.counts.get(rule.id) ?? 0) + items.length);
    for (const { line, message, firstLine } of items.slice(0, MAX_PER_RULE)) {
      this.parts.push({
        rule,
        message,
        location: locate(file, line, { mask: mask(line) }),
        ...(firstLine === undefined ? {} : { related: [locate(file, firstLine, { mask: mask(firstLine) })] }),
      });
    }
    if (items.length > MAX_PER_RULE) {
      this.notes.push({
        path: file.path,
        note: `${counted(items.length, 'finding')} of ${rule.id}, of which ${MAX_PER_RULE} are listed.`,
      });
    }
  }
}

async function profileFile(file: TextFile, report: Report): Promise<void> {
  if (/\.json$/i.test(file.path)) {
    const tables = readJsonTables(file);
    if (tables.length === 0) return;
    report.read.push(file);
    for (const table of tables) profileTable(table, [], report);
    return;
  }
  if (/\.(?:ndjson|jsonl|jsonlines|geojsonl)$/i.test(file.path)) {
    const { table, broken, lines } = readJsonLines(file);
    if (lines === 0) return;
    report.read.push(file);
    report.add(
      RULES.broken,
      file,
      broken.map(({ line, message }) => ({ line, message: `The line is no JSON: ${message}` })),
      (line) => emailsIn(file.lines[line - 1] ?? ''),
    );
    if (table !== undefined) profileTable(table, [], report);
    return;
  }
  const parsed = await readDelimited(file);
  if (parsed === undefined) return;
  report.read.push(file);
  if (parsed.isIrregular) {
    report.notes.push({ path: file.path, note: 'Its rows differ so much in length that it is no table.' });
    return;
  }
  if (parsed.isTruncated) report.notes.push({ path: file.path, note: 'Only its first rows were read.' });
  profileTable(parsed.table, parsed.ragged, report);
}

function profileTable(table: Table, ragged: readonly RaggedRow[], report: Report): void {
  const { file } = table;
  const columns = table.columns.map((_name, index) => profileColumn(table, index));
  const personal = columns.flatMap(({ profile }, index) => (profile.isPersonal ? [index] : []));
  const rowsByLine = new Map(table.rows.map((row) => [row.line, row]));
  const mask = (line: number): readonly string[] => [
    ...personal
      .map((index) => String(rowsByLine.get(line)?.values[index] ?? ''))
      .filter((text) => text.length > 1),
    ...emailsIn(file.lines[line - 1] ?? ''),
  ];
  report.personal.set(file.path, mask(1));
  report.tables.push({
    path: file.path,
    name: table.name,
    format: table.format,
    rows: table.rows.length + ragged.filter(({ reason }) => reason === undefined).length,
    columns: columns.map(({ profile }) => ({ ...profile, examples: [...profile.examples] })),
  });
  report.add(
    RULES.ragged,
    file,
    ragged.map(({ line, expected, found, reason }) => ({
      line,
      message:
        reason ??
        `The row has ${found} ${found === 1 ? 'cell' : 'cells'}; the table has ${expected} columns.`,
    })),
    mask,
  );
  report.add(
    RULES.duplicate,
    file,
    duplicateIds(table).map(({ column: name, value, line, firstLine }) => ({
      line,
      firstLine,
      message: `\`${name}\` ${value.slice(0, 60)} is already the id of the record in line ${firstLine}.`,
    })),
    mask,
  );
  report.add(
    RULES.mixed,
    file,
    columns
      .flatMap(({ strays }) => strays)
      .map(({ line, column: name, expected, found }) => ({
        line,
        message: `\`${name}\` is a ${found} here and a ${expected} nearly everywhere else.`,
      })),
    mask,
  );
}

function emailsIn(line: string): readonly string[] {
  return line.slice(0, 5_000).match(/[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4}/g) ?? [];
}
