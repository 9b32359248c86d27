/** Builds the schema that a workspace's SQL files describe, on a real database, and reports what is wrong with it. */

import { isBuiltin } from 'node:module';
import { z } from 'zod';
import type { CommandEvidence } from '../../contracts/artifact.ts';
import type { Skill, SkillContext } from '../../contracts/skill.ts';
import { counted } from '../../shared/counted.ts';
import { type FindingParts, locate, makeFindings } from '../kit/finding.ts';
import { hasPglite } from './postgres-check.ts';
import { checkSql } from './sql-check.ts';
import { isForeignStatement } from './sql-dialect.ts';
import {
  changedTable,
  createdTable,
  groupSql,
  isRunnable,
  isUndoFile,
  readSql,
  type SqlFile,
  type SqlGroup,
} from './sql-sources.ts';
import { judgeTable, SQL_RULES, type Step } from './sql-table-rules.ts';

const MAX_FILES = 200;

const input = z.object({}).loose();
const output = z.object({
  databases: z.array(
    z.object({
      folder: z.string(),
      dialect: z.enum(['sqlite', 'postgresql', 'mysql', 'mssql', 'oracle', 'generic']),
      files: z.array(z.string()),
      statements: z.number(),
      tables: z.array(
        z.object({ name: z.string(), columns: z.number(), foreignKeys: z.number(), indexes: z.number() }),
      ),
      /** Statements that were run and refused, but are no SQLite, so that nothing can be said about them. */
      skipped: z.array(z.object({ path: z.string(), line: z.number(), reason: z.string() })),
    }),
  ),
  sqliteVersion: z.string().nullable(),
});
type Output = z.infer<typeof output>;

/** Runs table definitions and migrations on an in-memory SQLite in a process of its own; reports errors, keys and indexes. */
export const sqlSchema: Skill<z.infer<typeof input>, Output> = {
  name: 'sql-schema',
  title: 'SQL schema check',
  description:
    'Runs the definitions of *.sql files on an empty in-memory SQLite; reports errors, missing targets, indexes and keys.',
  taskTypes: ['data'],
  sideEffects: 'read',
  rules: Object.values(SQL_RULES),
  input,
  output,
  async available(context) {
    const files = await sqlFiles(context);
    if (files.length === 0)
      return { status: 'not-applicable', reason: 'There is no SQL file that defines tables.' };
    if (isBuiltin('node:sqlite')) return { status: 'available' };
    return { status: 'unavailable', reason: 'This Node has no node:sqlite; use Node 22.13 or later.' };
  },
  async run(_input, context) {
    const files = await sqlFiles(context);
    const known = new Set(files.flatMap(({ statements }) => statements.map(createdTable)));
    const parts: FindingParts[] = [];
    const commands: CommandEvidence[] = [];
    const databases: Output['databases'] = [];
    let version: string | null = null;
    for (const group of groupSql(files)) {
      context.signal.throwIfAborted();
      const checked = await checkGroup(group, known, context, parts);
      if (checked === undefined) {
        const reason = 'This Node has no node:sqlite; use Node 22.13 or later.';
        return {
          status: 'unavailable',
          reason,
          summary: reason,
          data: { databases: [], sqliteVersion: null },
          evidence: [],
        };
      }
      commands.push(...checked.commands);
      databases.push(...checked.databases);
      version = checked.version ?? version;
    }
    const findings = makeFindings(parts);
    const tables = databases.reduce((sum, database) => sum + database.tables.length, 0);
    const skipped = databases.reduce((sum, database) => sum + database.skipped.length, 0);
    return {
      summary:
        `${counted(files.length, 'SQL file')} made ${counted(tables, 'table')} on SQLite ${version ?? ''}; ${counted(findings.length, 'finding')}` +
        (skipped === 0 ? '.' : `, ${counted(skipped, 'statement')} for another database left unjudged.`),
      data: { databases, sqliteVersion: version },
      findings,
      evidence: [...commands.slice(0, 20), ...files.slice(0, 20).map(({ file }) => locate(file, 1))],
    };
  },
};

interface GroupResult {
  readonly commands: readonly CommandEvidence[];
  readonly databases: Output['databases'];
  readonly version: string | undefined;
}

async function checkGroup(
  group: SqlGroup,
  known: ReadonlySet<string | undefined>,
  context: SkillContext,
  parts: FindingParts[],
): Promise<GroupResult | undefined> {
  const steps = group.files.flatMap(({ file, statements }) =>
    statements.filter(isRunnable).map((statement): Step => ({ file, statement })),
  );
  const { root } = context.workspace;
  const { answer, evidence } = await checkSql(
    steps.map(({ statement }) => statement.text),
    { root, signal: context.signal },
  );
  if (answer === undefined) return undefined;
  const isCrowded = !group.isSequence && group.files.length > 1;
  if (isCrowded && answer.errors.some((error) => error !== null && /already exists/.test(error))) {
    // Files of one folder that define the same thing are alternatives, not a sequence: each gets its own database.
    // One process at a time: a folder may hold any number of them.
    const done: GroupResult[] = [];
    for (const file of group.files) {
      context.signal.throwIfAborted();
      const result = await checkGroup(onlyFile(group, file), known, context, parts);
      if (result !== undefined) done.push(result);
    }
    return {
      commands: [evidence, ...done.flatMap(({ commands }) => commands)],
      databases: done.flatMap(({ databases }) => databases),
      version: answer.version,
    };
  }
  const isForeign = group.dialect !== 'sqlite' && group.dialect !== 'generic';
  const own = new Set(steps.map(({ statement }) => createdTable(statement)));
  const unsure = new Set<string | undefined>();
  const skipped: Output['databases'][number]['skipped'] = [];
  for (const [index, { file, statement }] of steps.entries()) {
    const error = answer.errors[index] ?? null;
    if (error === null) continue;
    const table = createdTable(statement) ?? changedTable(statement);
    const missing = /no such (?:table|index|view): (?:main\.)?(\S+)/.exec(error)?.[1]?.toLowerCase();
    const isElsewhere =
      missing !== undefined &&
      (!hasAny(own) || (known.has(missing) && !own.has(missing)) || unsure.has(missing));
    const isUnjudged = isForeign || isForeignStatement(statement) || isElsewhere;
    unsure.add(table);
    if (isUnjudged) {
      skipped.push({
        path: file.path,
        line: statement.line,
        reason: `${group.dialect}: ${error.slice(0, 200)}`,
      });
    } else {
      parts.push({
        rule: SQL_RULES.error,
        message: `SQLite refuses this: ${error.slice(0, 200)}.`,
        location: locate(file, statement.line),
      });
    }
  }
  // What a real PostgreSQL judges is not said twice.
  const isProvenElsewhere = group.dialect === 'postgresql' && hasPglite();
  for (const table of isProvenElsewhere ? [] : answer.tables)
    judgeTable(table, { group, steps, known, unsure, tables: answer.tables, parts });
  return {
    commands: [evidence],
    version: answer.version,
    databases: [
      {
        folder: group.folder,
        dialect: group.dialect,
        files: group.files.map(({ file }) => file.path),
        statements: steps.length,
        tables: answer.tables.map(({ name, columns, foreignKeys, indexes }) => ({
          name,
          columns: columns.length,
          foreignKeys: foreignKeys.length,
          indexes: indexes.length,
        })),
        skipped,
      },
    ],
  };
}

function onlyFile(group: SqlGroup, file: SqlFile): SqlGroup {
  return { ...group, files: [file], dialect: file.dialect };
}

function hasAny(names: ReadonlySet<string | undefined>): boolean {
  return [...names].some((name) => name !== undefined);
}

/** Files with a definition that can be run, without those that undo one. Read once per workspace. */
export function sqlFiles(context: SkillContext): Promise<readonly SqlFile[]> {
  const { workspace, signal } = context;
  return workspace.memo('data:sql-files', async () => {
    const { files } = await workspace.list({ signal });
    const found: SqlFile[] = [];
    for (const { path } of files) {
      if (!/\.sql$/i.test(path) || isUndoFile(path) || found.length >= MAX_FILES) continue;
      signal.throwIfAborted();
      const file = await workspace.read(path);
      const sql = file === undefined ? undefined : readSql(file);
      if (sql?.statements.some(isRunnable) === true) found.push(sql);
    }
    return found;
  });
}
