/** Reviews a folder or the sample, shows progress, writes the report and sums it up. */
import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { SEVERITIES } from '../contracts/artifact.ts';
import type { Logger } from '../observability/logger.ts';
import type { Report } from '../report/report-schema.ts';
import { writeReport } from '../report/write-report.ts';
import { EXIT_CODES, type ReviewRequest, UsageError } from './arguments.ts';
import { count, Progress, type ProgressOutput, printable } from './progress.ts';
import { REVIEWERS, review } from './review.ts';
import { prepareSample } from './sample/prepare-sample.ts';

export interface CommandContext {
  readonly signal: AbortSignal;
  readonly logger: Logger;
  readonly output: ProgressOutput;
  /** Absolute path of the report's folder. */
  readonly out: string;
}

/** Resolves with the exit code. */
export async function reviewCommand(
  request: ReviewRequest,
  { signal, logger, output, out }: CommandContext,
): Promise<number> {
  if (request.path !== undefined) await checkPath(request.path);
  await checkOut(out);
  const sample = request.path === undefined ? await prepareSample({ signal }) : undefined;
  try {
    const root = sample?.root ?? (request.path as string);
    if (!request.isQuiet)
      output.write(
        `Nine agents review ${sample === undefined ? printable(root) : 'the sample repository, a small web shop with planted faults'}.\n\n`,
      );
    const progress = request.isQuiet ? undefined : new Progress(REVIEWERS, output, Date.now());
    const report = await review({
      root,
      out,
      allowExecute: request.allowExecute,
      gateSeverity: request.gateSeverity,
      logger,
      signal,
      onEvent: (event) => progress?.hear(event),
    });
    const files = await writeReport(report, out);
    if (!request.isQuiet) output.write(`\n${summary(report)}\n`);
    output.write(
      `Report: ${printable(join(out, 'report.html'))}${request.isQuiet ? '' : ` (also ${files.filter((file) => file !== 'report.html').join(', ')})`}\n`,
    );
    return exitCode(report, request);
  } finally {
    await sample?.dispose();
  }
}

/** Says so before the first line of progress, in the words of the command line. */
async function checkPath(path: string): Promise<void> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) throw new UsageError(`There is no folder at ${JSON.stringify(resolve(path))}.`);
  if (!found.isDirectory())
    throw new UsageError(`Expected PATH to be a folder, got ${JSON.stringify(path)}, which is a file.`);
}

/** Says at once, and not after the review, that the report can't go there. */
async function checkOut(out: string): Promise<void> {
  const found = await stat(out).catch(() => undefined);
  if (found !== undefined && !found.isDirectory())
    throw new UsageError(`Expected --out to name a folder, got ${JSON.stringify(out)}, which is a file.`);
}

function exitCode(report: Report, { isGate }: ReviewRequest): number {
  return isGate && !report.gate.isPassed ? EXIT_CODES.gateFailed : EXIT_CODES.ok;
}

function summary({ totals, agents, gate, repository, durationMs }: Report): string {
  const found = [...SEVERITIES]
    .reverse()
    .map((severity) => `${totals[severity]} ${severity}`)
    .join(', ');
  const left = agents.filter(({ status }) => status !== 'done');
  const done = agents.length - left.length;
  const states = [...new Set(left.map(({ status }) => status))].map(
    (state) =>
      `${state}: ${left
        .filter(({ status }) => status === state)
        .map(({ name }) => name)
        .join(', ')}`,
  );
  return [
    `${count(repository.fileCount, 'file')} seen in ${(durationMs / 1000).toFixed(1)} s. Findings: ${found}.`,
    left.length === 0
      ? `All ${agents.length} agents are done.`
      : `${done} of ${agents.length} agents ${done === 1 ? 'is' : 'are'} done; ${states.join('; ')}.`,
    gate.isPassed
      ? `The gate passes (limit: ${gate.limit}).`
      : `The gate fails (limit: ${gate.limit}): ${gate.reasons.join(' ')}`,
  ].join('\n');
}
