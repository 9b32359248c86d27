/** Reviews a folder or the sample, shows progress, writes the report and sums it up. */
import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { SEVERITIES } from '../contracts/artifact.ts';
import type { Logger } from '../observability/logger.ts';
import { checkReplaceable, readBaseline, writeBaseline } from '../report/baseline.ts';
import { readEarlierReport } from '../report/compare-findings.ts';
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
  // Read before the review, which may replace them: a wrong file is told at once.
  const earlier = request.compare === undefined ? undefined : await readEarlierReport(request.compare);
  const baseline = request.baseline === undefined ? undefined : await readBaseline(request.baseline);
  const { writeBaseline: written } = request;
  if (written !== undefined) await checkReplaceable(written.path);
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
      earlier,
      baseline,
      gateNewOnly: request.gateNewOnly,
      ownFiles: [request.compare, request.baseline, written?.path].filter((file) => file !== undefined),
      logger,
      signal,
      onEvent: (event) => progress?.hear(event),
    });
    const files = await writeReport(report, out);
    if (!request.isQuiet) output.write(`\n${summary(report)}\n`);
    else if (request.isGate && !report.gate.isPassed) output.write(`${gateLines(report).join('\n')}\n`);
    output.write(
      `Report: ${printable(join(out, 'report.html'))}${request.isQuiet ? '' : ` (also ${files.filter((file) => file !== 'report.html').join(', ')})`}\n`,
    );
    if (written !== undefined) {
      const { path, reason } = written;
      const entries = await writeBaseline(path, report, { reason, known: baseline });
      if (!request.isQuiet)
        output.write(`Baseline: ${printable(path)} (${count(entries, 'entry', 'entries')})\n`);
    }
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

function summary(report: Report): string {
  const { totals, agents, repository, durationMs } = report;
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
    ...comparisonLines(report),
    ...gateLines(report),
  ].join('\n');
}

/** Findings that are named where the gate fails; the report has all. */
const MAX_NAMED = 5;

function gateLines({ gate, agents }: Report): readonly string[] {
  // A pass must not be read as a word on what nobody could look at.
  const notJudged = (gate.notJudged ?? []).map((one) => `Not judged: ${printable(one)}`);
  if (gate.isPassed) return [`The gate passes (limit: ${limitOf(gate)}).`, ...notJudged];
  const worstFirst = agents
    .flatMap(({ artifacts }) => artifacts.flatMap(({ findings }) => findings))
    .filter(({ severity }) => SEVERITIES.indexOf(severity) >= SEVERITIES.indexOf(gate.limit))
    .filter(({ state, silenced }) => silenced === undefined && (gate.isNewOnly !== true || state === 'new'))
    .sort((a, b) => SEVERITIES.indexOf(b.severity) - SEVERITIES.indexOf(a.severity));
  const left = worstFirst.length - MAX_NAMED;
  return [
    `The gate fails (limit: ${limitOf(gate)}): ${gate.reasons.map(printable).join(' ')}`,
    ...worstFirst
      .slice(0, MAX_NAMED)
      .map(
        ({ severity, rule, message, location: { path, line } }) =>
          `  ${severity.padEnd(8)}  ${printable(`${path}:${line}`)}  ${printable(message)} (${rule})`,
      ),
    ...(left > 0 ? [`  and ${count(left, 'more finding')} in the report`] : []),
    ...notJudged,
  ];
}

function limitOf({ limit, isNewOnly }: Report['gate']): string {
  return isNewOnly === true ? `${limit}, new findings only` : limit;
}

function comparisonLines({ comparison, baseline }: Report): readonly string[] {
  const lines: string[] = [];
  if (comparison !== undefined) {
    const { counts } = comparison;
    const rest = counts.unchecked === 0 ? '' : `, ${counts.unchecked} not looked for this time`;
    lines.push(
      `Beside ${printable(comparison.path)}: ${counts.new} new, ${counts.unchanged} still there, ${counts.fixed} fixed${rest}.`,
    );
  }
  if (baseline !== undefined) {
    const stale =
      baseline.stale.length === 0 ? '' : `, ${count(baseline.stale.length, 'stale entry', 'stale entries')}`;
    const expired =
      baseline.expired.length === 0
        ? ''
        : `, ${count(baseline.expired.length, 'expired entry', 'expired entries')}`;
    lines.push(
      `Baseline ${printable(baseline.path)}: ${count(baseline.silencedCount, 'finding')} silenced${stale}${expired}.`,
    );
  }
  return lines;
}
