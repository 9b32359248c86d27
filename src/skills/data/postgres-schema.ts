/** Builds the schema that a workspace's PostgreSQL files describe, on a real PostgreSQL, and reports what is wrong with it. */
import { z } from 'zod';
import type { RuleInfo, Skill } from '../../contracts/skill.ts';
import { counted } from '../../shared/counted.ts';
import { OrchestratorError } from '../../shared/errors.ts';
import { type FindingParts, locate, makeFindings } from '../kit/finding.ts';
import {
  checkPostgres,
  hasPglite,
  type PgliteResolver,
  type PostgresAnswer,
  resolvePglite,
} from './postgres-check.ts';
import { judgeRefusal, PG_ERROR } from './postgres-errors.ts';
import { isPostgresRunnable, postgresSources, tableOf } from './postgres-sources.ts';
import type { SqlGroup } from './sql-sources.ts';
import { splitSql } from './sql-statements.ts';
import { judgeTable, SQL_RULES, type Step } from './sql-table-rules.ts';

const DEFAULT_TIMEOUT_MS = 90_000;
const DEFAULT_STEP_MS = 5_000;
const MISSING =
  'PostgreSQL definitions need a PostgreSQL to be proven on: npm install "@electric-sql/pglite@^0.5.16"';
const NOTHING = 'There is no SQL file with definitions for PostgreSQL.';

const PG_RULES = {
  target: PG_ERROR,
  index: { ...SQL_RULES.index, id: 'pg-foreign-key-without-index' },
  key: { ...SQL_RULES.key, id: 'pg-no-primary-key' },
} as const satisfies Record<string, RuleInfo>;
const PG_QUERY: RuleInfo = {
  id: 'pg-query-without-index',
  severity: 'info',
  title: 'Query that reads a whole table',
  help: 'The planner finds no index for its condition. An index on the named column was tried, and it was used.',
};

const input = z
  .object({
    /** Queries to plan on the schema: one SELECT each. They are explained, never run. */
    queries: z.array(z.string().min(1).max(10_000)).max(50).optional(),
  })
  .loose();
const output = z.object({
  databases: z.array(
    z.object({
      folder: z.string(),
      files: z.array(z.string()),
      statements: z.number(),
      tables: z.array(
        z.object({
          schema: z.string(),
          name: z.string(),
          columns: z.number(),
          foreignKeys: z.number(),
          indexes: z.number(),
        }),
      ),
      /** Statements that were refused for what this database does not have, so that nothing can be said about them. */
      skipped: z.array(z.object({ path: z.string(), line: z.number(), reason: z.string() })),
      /** Statements that were not run, since they are no plain definition. */
      notRun: z.number(),
    }),
  ),
  queries: z.array(
    z.object({
      query: z.string(),
      /** `stopped`: it did not end in time; `not-run`: one before it did not. */
      status: z.enum(['planned', 'refused', 'stopped', 'not-run']),
      reason: z.string().nullable(),
      /** The place in `databases` of the one it was planned on. */
      database: z.number().nullable(),
      scans: z.array(z.object({ table: z.string(), filter: z.string(), suggestion: z.string().nullable() })),
    }),
  ),
  postgresVersion: z.string().nullable(),
});
type Input = z.infer<typeof input>;
type Output = z.infer<typeof output>;

/** What a check may use instead of the usual. */
export interface PostgresSchemaOptions {
  /** Where PGlite is. @default the package that this one finds */
  readonly resolve?: PgliteResolver;
  /** For the whole check. @default 90 000 */
  readonly timeoutMs?: number;
  /** For one statement or query. @default 5 000 */
  readonly stepMs?: number;
}

/** Makes the skill. */
export function createPostgresSchema({
  resolve = resolvePglite,
  timeoutMs = DEFAULT_TIMEOUT_MS,
  stepMs = DEFAULT_STEP_MS,
}: PostgresSchemaOptions = {}): Skill<Input, Output> {
  return {
    name: 'postgres-schema',
    title: 'PostgreSQL schema check',
    description:
      'Runs the definitions of PostgreSQL files on an empty real PostgreSQL (PGlite) in a process of its own; reports errors, keys and indexes, and plans given queries.',
    taskTypes: ['data'],
    sideEffects: 'read',
    rules: [PG_ERROR, PG_RULES.index, PG_RULES.key, PG_QUERY],
    input,
    output,
    async available(context) {
      const { groups } = await postgresSources(context);
      if (groups.length === 0) return { status: 'not-applicable', reason: NOTHING };
      return hasPglite(resolve) ? { status: 'available' } : { status: 'unavailable', reason: MISSING };
    },
    async run({ queries = [] }, context) {
      const sources = await postgresSources(context);
      const databases = sources.groups.map((group) => ({ group, steps: stepsOf(group) }));
      const asked = queries.map((query) => ({ query, sql: oneSelect(query) }));
      const plannable = asked.flatMap(({ sql }) => (sql === undefined ? [] : [sql]));
      const { answer, evidence } = await checkPostgres(
        {
          url: resolve(),
          stepMs,
          queries: plannable,
          databases: databases.map(({ group, steps }) => ({
            statements: steps.map(({ statement }) => statement.text),
            isOrdered: group.isSequence || group.files.length === 1,
          })),
        },
        { root: context.workspace.root, timeoutMs, signal: context.signal },
      );
      refuseHalfDone(answer, databases);
      const parts: FindingParts[] = [];
      const told = databases.map(({ group, steps }, at): Output['databases'][number] => {
        const { errors = [], tables = [] } = answer.databases[at] ?? {};
        const unsure = new Set<string | undefined>();
        const skipped: Output['databases'][number]['skipped'] = [];
        for (const [index, step] of steps.entries()) {
          const error = errors[index] ?? null;
          if (error === null) continue;
          const judged = judgeRefusal(error, step, { group, sources, steps, unsure });
          if (typeof judged === 'string')
            skipped.push({ path: step.file.path, line: step.statement.line, reason: judged });
          else parts.push(judged);
        }
        for (const table of tables)
          judgeTable(table, { group, steps, known: sources.known, unsure, tables, parts, rules: PG_RULES });
        return {
          folder: group.folder,
          files: group.files.map(({ file }) => file.path),
          statements: steps.length,
          tables: tables.map(({ schema, name, columns, foreignKeys, indexes }) => ({
            schema,
            name,
            columns: columns.length,
            foreignKeys: foreignKeys.length,
            indexes: indexes.length,
          })),
          skipped,
          notRun: group.files.reduce((sum, sql) => sum + sql.statements.length, 0) - steps.length,
        };
      });
      const plans = tellQueries(asked, answer);
      for (const [index, { scans, database }] of plans.entries()) {
        for (const { table, suggestion } of scans) {
          const place = databases[database ?? -1]?.steps.find(
            ({ statement }) => /^CREATE/i.test(statement.bare) && tableOf(statement) === table.toLowerCase(),
          );
          if (suggestion === null || place === undefined) continue;
          parts.push({
            rule: PG_QUERY,
            message: `The given query ${index + 1} reads all of \`${table}\`, which has no index for its condition.`,
            suggestion,
            location: locate(place.file, place.statement.line),
          });
        }
      }
      const findings = makeFindings(parts);
      const tableCount = told.reduce((sum, { tables }) => sum + tables.length, 0);
      const skippedCount = told.reduce((sum, { skipped }) => sum + skipped.length, 0);
      const files = sources.groups.flatMap((group) => group.files);
      return {
        summary:
          `${counted(files.length, 'SQL file')} made ${counted(tableCount, 'table')} on PostgreSQL ${answer.version ?? ''}; ${counted(findings.length, 'finding')}` +
          (skippedCount === 0 ? '' : `, ${counted(skippedCount, 'statement')} left unjudged`) +
          (plans.length === 0
            ? '.'
            : `, ${counted(plans.filter(({ status }) => status === 'planned').length, 'query', 'queries')} planned.`),
        data: { databases: told, queries: plans, postgresVersion: answer.version },
        findings,
        evidence: [evidence, ...files.slice(0, 20).map(({ file }) => locate(file, 1))],
      };
    },
  };
}

/** Runs PostgreSQL definitions on PGlite in a process of its own; reports errors, keys, indexes, and plans of given queries. */
export const postgresSchema: Skill<Input, Output> = createPostgresSchema();

function stepsOf(group: SqlGroup): readonly Step[] {
  return group.files.flatMap(({ file, statements }) =>
    statements.filter(isPostgresRunnable).map((statement): Step => ({ file, statement })),
  );
}

/** The query without its semicolon; undefined when it is not one SELECT. */
function oneSelect(query: string): string | undefined {
  const [statement, ...more] = splitSql(query);
  if (statement === undefined || more.length > 0) return undefined;
  const isSelect = /^(?:SELECT|WITH)\b/i.test(statement.bare);
  return isSelect && !/\b(?:INSERT|UPDATE|DELETE|MERGE|INTO)\b/i.test(statement.bare)
    ? statement.text
    : undefined;
}

/** Throws `timed-out` when a definition did not end: what follows it was not run, so there is nothing sure to say. */
function refuseHalfDone(
  { stopped }: PostgresAnswer,
  databases: readonly { readonly steps: readonly Step[] }[],
): void {
  if (stopped === null || stopped.type.startsWith('query')) return;
  const step = databases[stopped.database ?? -1]?.steps[stopped.index ?? -1];
  const place =
    step === undefined ? 'The check' : `The statement at ${step.file.path}:${step.statement.line}`;
  throw new OrchestratorError('timed-out', `${place} did not end in time on PostgreSQL and was stopped.`);
}

function tellQueries(
  asked: readonly { readonly query: string; readonly sql: string | undefined }[],
  { queries, stopped }: PostgresAnswer,
): Output['queries'] {
  let index = -1;
  return asked.map(({ query, sql }) => {
    const none = { query, database: null, scans: [] };
    if (sql === undefined) return { ...none, status: 'refused', reason: 'It is not one SELECT.' };
    index += 1;
    const answer = queries[index] ?? null;
    if (answer === null) {
      return stopped?.type === 'query' && stopped.index === index
        ? { ...none, status: 'stopped', reason: 'Planning it did not end in time.' }
        : { ...none, status: 'not-run', reason: 'A query before it did not end in time.' };
    }
    if (answer.error !== null) return { ...none, status: 'refused', reason: answer.error };
    return {
      query,
      status: 'planned',
      reason: null,
      database: answer.database,
      scans: answer.scans.map(({ table, schema, filter, column }) => ({
        table,
        filter,
        suggestion: column === null ? null : `CREATE INDEX ON ${schema}.${table} (${column});`,
      })),
    };
  });
}
