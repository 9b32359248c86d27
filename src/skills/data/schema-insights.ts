/** Works out a relational schema from data files and proves it: the tables are created and the rows inserted. */
import { isBuiltin } from 'node:module';
import { posix } from 'node:path';
import { z } from 'zod';
import type { CommandEvidence } from '../../contracts/artifact.ts';
import type { Skill, SkillContext } from '../../contracts/skill.ts';
import { locate } from '../kit/finding.ts';
import { notApplicable } from '../kit/not-applicable.ts';
import { type ForeignKey, foreignKeysOf } from './foreign-keys.ts';
import { dataFiles, loadTables } from './load-tables.ts';
import { insertRow, makeDdl, type TableDefinition } from './make-ddl.ts';
import { checkSql } from './sql-check.ts';
import { sqlFiles } from './sql-schema.ts';
import { groupSql, isRunnable } from './sql-sources.ts';
import { lineOf, type Table } from './table.ts';
import { enumsOf, outliersOf, snakeCase, type TableFacts, tableFacts } from './table-facts.ts';

const MAX_TABLES = 50;
const MAX_COLUMNS = 200;
const MAX_ROWS = 5_000;
const MAX_ALL_ROWS = 20_000;
const MAX_CHARACTERS = 16_000_000;

const input = z.object({}).loose();
const count = z.number();
const output = z.object({
  tables: z.array(
    z.object({
      name: z.string(),
      path: z.string(),
      part: z.string(),
      rows: count,
      candidateKeys: z.array(
        z.object({ columns: z.array(z.string()), uniqueness: count, isPrimary: z.boolean() }),
      ),
      enums: z.array(
        z.object({ column: z.string(), values: z.array(z.object({ value: z.string(), rows: count })) }),
      ),
      outliers: z.array(
        z.object({
          column: z.string(),
          q1: count,
          q3: count,
          mild: count,
          far: count,
          lines: z.array(count),
        }),
      ),
      personalColumns: z.array(z.string()),
    }),
  ),
  foreignKeys: z.array(
    z.object({
      table: z.string(),
      column: z.string(),
      targetTable: z.string(),
      targetColumn: z.string(),
      values: count,
      contained: count,
      containment: count,
      isNamed: z.boolean(),
    }),
  ),
  /** Data files beside the tables of the same name that SQL files define. */
  declared: z.array(
    z.object({
      table: z.string(),
      folder: z.string(),
      onlyInData: z.array(z.string()),
      onlyInSchema: z.array(z.string()),
    }),
  ),
  /** For SQLite. */
  ddl: z.string(),
  proof: z.object({
    sqliteVersion: z.string().nullable(),
    tablesCreated: count,
    /** Rows that were inserted or refused; the first 5,000 of a table. */
    rowsTried: count,
    rowsRejected: count,
    tables: z.array(
      z.object({
        name: z.string(),
        tried: count,
        rejected: count,
        reasons: z.array(z.object({ reason: z.string(), rows: count, firstLine: count })),
      }),
    ),
  }),
});
type Output = z.infer<typeof output>;

const NO_SQLITE = 'This Node has no node:sqlite; use Node 22.13 or later.';

/** Keys, references, enumerations and outliers of data files, and a SQLite schema that was tried on all of their rows. */
export const schemaInsights: Skill<z.infer<typeof input>, Output> = {
  name: 'schema-insights',
  title: 'Schema insights',
  description:
    'Infers keys, references between files, enumerations and outliers; creates the schema on SQLite and inserts the rows.',
  taskTypes: ['data'],
  sideEffects: 'read',
  rules: [],
  input,
  output,
  async available(context) {
    if ((await dataFiles(context)).length === 0)
      return { status: 'not-applicable', reason: 'There is no data file (CSV, TSV, NDJSON, JSON).' };
    return isBuiltin('node:sqlite') ? { status: 'available' } : { status: 'unavailable', reason: NO_SQLITE };
  },
  async run(_input, context) {
    const read = (await loadTables(context)).filter(({ columns }) => columns.length <= MAX_COLUMNS);
    const facts = named(read.slice(0, MAX_TABLES));
    if (facts.length === 0) return notApplicable('No data file has a record.');
    context.signal.throwIfAborted();
    const foreignKeys = foreignKeysOf(facts);
    const definitions = makeDdl(facts, foreignKeys);
    const proved = await prove(definitions, context);
    if (proved === undefined) return { ...notApplicable(NO_SQLITE), status: 'unavailable' as const };
    const declared = await compareDeclared(facts, context);
    const data: Output = {
      tables: facts.map((one) => ({
        name: one.name,
        path: one.table.file.path,
        part: one.table.name,
        rows: one.table.rows.length,
        candidateKeys: one.keys.map((key) => ({ ...key, columns: [...key.columns] })),
        enums: enumsOf(one),
        outliers: outliersOf(one).map((column) => ({ ...column, lines: [...column.lines] })),
        personalColumns: one.columns.flatMap(({ profile }) => (profile.isPersonal ? [profile.name] : [])),
      })),
      foreignKeys: foreignKeys.map((key: ForeignKey) => ({ ...key })),
      declared: declared.tables,
      ddl: definitions.map(({ sql }) => `${sql};\n`).join('\n'),
      proof: proved.proof,
    };
    const { tablesCreated, rowsTried, rowsRejected } = data.proof;
    return {
      summary:
        `${facts.length} tables with ${foreignKeys.length} references between them; SQLite created ${tablesCreated} ` +
        `and took ${rowsTried - rowsRejected} of ${rowsTried} rows.`,
      data,
      evidence: [
        proved.evidence,
        ...declared.commands,
        ...facts.slice(0, 20).map(({ table, columns }) =>
          locate(table.file, 1, {
            mask: firstLineTexts(
              table,
              columns.map(({ profile }) => profile.isPersonal),
            ),
          }),
        ),
      ],
    };
  },
};

/** Gives each table a name of its own: the file's, with the part behind it. */
function named(tables: readonly Table[]): readonly TableFacts[] {
  const used = new Map<string, number>();
  return tables.map((table) => {
    const stem = posix.basename(table.file.path).replace(/\.[^.]*$/, '');
    const name = snakeCase(table.name === '' ? stem : `${stem}_${table.name}`) || 'table';
    const before = used.get(name) ?? 0;
    used.set(name, before + 1);
    return tableFacts(table, before === 0 ? name : `${name}_${before + 1}`);
  });
}

/** Texts of personal columns in the first line, which the evidence must not show. */
function firstLineTexts({ rows }: Table, isPersonal: readonly boolean[]): readonly string[] {
  return rows
    .filter((row) => row.line === 1)
    .flatMap((row) =>
      row.values.flatMap((value, column) => {
        const text = typeof value === 'object' ? (value?.nested ?? '') : String(value ?? '');
        return isPersonal[column] === true && lineOf(row, column) === 1 && text.length > 1 ? [text] : [];
      }),
    );
}

async function prove(
  definitions: readonly TableDefinition[],
  { workspace, signal }: SkillContext,
): Promise<{ readonly proof: Output['proof']; readonly evidence: CommandEvidence } | undefined> {
  const statements = definitions.map(({ sql }) => sql);
  const tried: { readonly table: number; readonly row: number }[] = [];
  let characters = 0;
  for (const [table, { facts }] of definitions.entries()) {
    for (let row = 0; row < Math.min(facts.table.rows.length, MAX_ROWS); row += 1) {
      if (tried.length >= MAX_ALL_ROWS || characters > MAX_CHARACTERS) break;
      const sql = insertRow(facts, row);
      characters += sql.length;
      statements.push(sql);
      tried.push({ table, row });
    }
  }
  const { answer, evidence } = await checkSql(statements, { root: workspace.root, signal });
  if (answer === undefined) return undefined;
  const tables = definitions.map(({ facts }) => ({
    name: facts.name,
    tried: 0,
    rejected: 0,
    reasons: [] as { reason: string; rows: number; firstLine: number }[],
  }));
  for (const [index, { table, row }] of tried.entries()) {
    const counts = tables[table];
    if (counts === undefined) continue;
    counts.tried += 1;
    const error = answer.errors[definitions.length + index] ?? null;
    if (error === null) continue;
    counts.rejected += 1;
    const known = counts.reasons.find(({ reason }) => reason === error.slice(0, 200));
    const line = definitions[table]?.facts.table.rows[row]?.line ?? 1;
    if (known !== undefined) known.rows += 1;
    else if (counts.reasons.length < 20)
      counts.reasons.push({ reason: error.slice(0, 200), rows: 1, firstLine: line });
  }
  return {
    evidence,
    proof: {
      sqliteVersion: answer.version,
      tablesCreated: answer.errors.slice(0, definitions.length).filter((error) => error === null).length,
      rowsTried: tried.length,
      rowsRejected: tables.reduce((sum, { rejected }) => sum + rejected, 0),
      tables,
    },
  };
}

/** Sets columns of data files against those of the table with the same name in SQL files. */
async function compareDeclared(
  facts: readonly TableFacts[],
  context: SkillContext,
): Promise<{ readonly tables: Output['declared']; readonly commands: readonly CommandEvidence[] }> {
  const tables: Output['declared'] = [];
  const commands: CommandEvidence[] = [];
  const { root } = context.workspace;
  for (const group of groupSql(await sqlFiles(context)).slice(0, 10)) {
    const statements = group.files.flatMap((file) =>
      file.statements.filter(isRunnable).map(({ text }) => text),
    );
    const { answer, evidence } = await checkSql(statements, { root, signal: context.signal });
    commands.push(evidence);
    for (const { name, columns } of answer?.tables ?? []) {
      const own = facts.find((one) => one.name === snakeCase(name));
      if (own === undefined) continue;
      const inSchema = new Map(columns.map((column) => [snakeCase(column.name), column.name]));
      const inData = new Map(own.columns.map(({ profile }) => [snakeCase(profile.name), profile.name]));
      tables.push({
        table: name,
        folder: group.folder,
        onlyInData: [...inData].flatMap(([key, shown]) => (inSchema.has(key) ? [] : [shown])),
        onlyInSchema: [...inSchema].flatMap(([key, shown]) => (inData.has(key) ? [] : [shown])),
      });
    }
  }
  return { tables, commands };
}
