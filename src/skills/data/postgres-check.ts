/** Runs DDL on an empty PostgreSQL in memory (PGlite), in a Node process of its own, and reads back what came of it. */
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { z } from 'zod';
import type { CommandEvidence } from '../../contracts/artifact.ts';
import { OrchestratorError } from '../../shared/errors.ts';
import { checkedTableSchema, ddlFailed, runDdlProcess } from './ddl-process.ts';
import { type PostgresWork, postgresProgram } from './postgres-program.ts';

const MAX_OUTPUT_BYTES = 16 * 2 ** 20;

const answer = z.object({
  version: z.string().nullable(),
  failure: z.string().nullable(),
  /** The step that did not end in time; what comes after it was not run. */
  stopped: z
    .object({ type: z.string(), database: z.number().nullable(), index: z.number().nullable() })
    .nullable(),
  databases: z.array(
    z.object({
      errors: z.array(
        z.object({ code: z.string(), message: z.string(), position: z.number().nullable() }).nullable(),
      ),
      tables: z.array(checkedTableSchema.extend({ schema: z.string() })),
    }),
  ),
  queries: z.array(
    z
      .object({
        database: z.number(),
        error: z.string().nullable(),
        scans: z.array(
          z.object({
            table: z.string(),
            schema: z.string(),
            filter: z.string(),
            column: z.string().nullable(),
          }),
        ),
      })
      .nullable(),
  ),
});

export type PostgresAnswer = z.infer<typeof answer>;
export type PostgresError = NonNullable<PostgresAnswer['databases'][number]['errors'][number]>;

/** Says where PGlite is: its file URL. Throws `optional-package-missing` when it is not installed. */
export type PgliteResolver = () => string;

/** Finds PGlite where this package finds its dependencies; nothing of it is loaded into this process. */
export function resolvePglite(): string {
  try {
    const require = createRequire(import.meta.url);
    return pathToFileURL(require.resolve('@electric-sql/pglite')).href;
  } catch (error) {
    throw new OrchestratorError(
      'optional-package-missing',
      'Proving PostgreSQL definitions needs the package @electric-sql/pglite: npm install "@electric-sql/pglite@^0.5.16"',
      { cause: error, details: { name: '@electric-sql/pglite' } },
    );
  }
}

/** Whether a resolver finds the package. */
export function hasPglite(resolve: PgliteResolver = resolvePglite): boolean {
  try {
    resolve();
    return true;
  } catch (error) {
    if (error instanceof OrchestratorError && error.code === 'optional-package-missing') return false;
    throw error;
  }
}

/**
 * Does the work; a statement that fails leaves the others to run. Throws `timed-out` when all of it takes longer than
 * `timeoutMs`, and `program-failed` when the process dies. The process is gone afterwards.
 */
export async function checkPostgres(
  work: PostgresWork,
  {
    root,
    timeoutMs,
    signal,
  }: { readonly root: string; readonly timeoutMs: number; readonly signal: AbortSignal },
): Promise<{ readonly answer: PostgresAnswer; readonly evidence: CommandEvidence }> {
  const { answer: given, evidence } = await runDdlProcess({
    database: 'PostgreSQL',
    program: postgresProgram(work),
    answer,
    root,
    heap: 512,
    timeoutMs,
    maxOutputBytes: MAX_OUTPUT_BYTES,
    signal,
  });
  if (given.failure !== null) throw ddlFailed('PostgreSQL', 'failed', given.failure);
  return { answer: given, evidence };
}
