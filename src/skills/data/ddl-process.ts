/** Runs a program that tries DDL on an empty database, in a Node process of its own; what both databases answer alike. */
import { z } from 'zod';
import type { CommandEvidence } from '../../contracts/artifact.ts';
import { createProgramRunner } from '../../process/program-runner.ts';
import { OrchestratorError } from '../../shared/errors.ts';

/** A table as the database has it after the statements. */
export const checkedTableSchema = z.object({
  name: z.string(),
  columns: z.array(z.object({ name: z.string(), primaryKey: z.number() })),
  indexes: z.array(
    z.object({
      isUnique: z.boolean(),
      isPartial: z.boolean(),
      columns: z.array(z.string().nullable()),
    }),
  ),
  foreignKeys: z.array(
    z.object({
      target: z.string(),
      columns: z.array(z.string()),
      targetColumns: z.array(z.string().nullable()),
    }),
  ),
});
export type CheckedTable = z.infer<typeof checkedTableSchema>;

export interface DdlProcessOptions<T> {
  /** As errors name it: `SQLite`. */
  readonly database: string;
  /** What Node runs; it arrives over standard input, so it needs no file beside the bundle and no long argument. */
  readonly program: string;
  /** What the program prints, as JSON. */
  readonly answer: z.ZodType<T>;
  readonly root: string;
  /** Mebibytes of the process's heap. */
  readonly heap: number;
  readonly timeoutMs: number;
  /** Of the answer; a longer one is `program-failed`. */
  readonly maxOutputBytes: number;
  readonly signal: AbortSignal;
}

/**
 * Throws `timed-out` when the process had to be killed, and `program-failed` when it died or what it printed was cut or
 * is no answer. The process is gone afterwards.
 */
export async function runDdlProcess<T>(
  options: DdlProcessOptions<T>,
): Promise<{ readonly answer: T; readonly evidence: CommandEvidence }> {
  const { database, program, answer, root, heap, timeoutMs, maxOutputBytes, signal } = options;
  const runner = createProgramRunner({ root, allow: [process.execPath] });
  const result = await runner.run({
    command: process.execPath,
    args: ['--no-warnings', `--max-old-space-size=${heap}`, '--input-type=module', '-'],
    input: program,
    timeoutMs,
    maxOutputBytes,
    signal,
  });
  if (result.timedOut)
    throw new OrchestratorError(
      'timed-out',
      `The ${database} check did not finish in ${timeoutMs} ms and was stopped.`,
    );
  if (result.truncated)
    throw ddlFailed(database, `answered with more than ${maxOutputBytes} bytes`, result.stderr);
  if (result.exitCode !== 0)
    throw ddlFailed(database, `ended with exit code ${result.exitCode}`, result.stderr);
  let parsed: ReturnType<typeof answer.safeParse>;
  try {
    parsed = answer.safeParse(JSON.parse(result.stdout));
  } catch (error) {
    throw ddlFailed(database, 'printed what is no JSON', String(error));
  }
  if (!parsed.success) throw ddlFailed(database, 'printed what is no answer', parsed.error.message);
  return { answer: parsed.data, evidence: result.evidence };
}

/** A `program-failed` that keeps the first 2,000 characters of what was said. */
export function ddlFailed(database: string, what: string, said: string): OrchestratorError {
  return new OrchestratorError('program-failed', `The ${database} check ${what}.`, {
    details: { said: said.slice(0, 2_000) },
  });
}
