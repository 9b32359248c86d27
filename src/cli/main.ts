#!/usr/bin/env node
/** The command line: reads it, runs the review, writes the report, says how it ended. */
import { resolve } from 'node:path';
import { createLogger } from '../observability/logger.ts';
import { OrchestratorError } from '../shared/errors.ts';
import {
  EXIT_CODES,
  HELP,
  type ListingRequest,
  parseCommandLine,
  type ReviewRequest,
  UsageError,
} from './arguments.ts';
import { packageVersion } from './package-version.ts';
import { printable } from './progress.ts';

// A reader that has seen enough, such as `head`, ends no review.
process.stdout.on('error', () => {});
process.stderr.on('error', () => {});
process.exitCode = await main(process.argv.slice(2));

async function main(argv: readonly string[]): Promise<number> {
  try {
    const request = parseCommandLine(argv);
    if (request.command === 'help') process.stdout.write(HELP);
    else if (request.command === 'version') process.stdout.write(`${packageVersion()}\n`);
    else if (request.command === 'review') return await runReview(request);
    else return await runListing(request);
    return EXIT_CODES.ok;
  } catch (error) {
    if (error instanceof UsageError) {
      process.stderr.write(`${printable(error.message)} Try \`autogen-orchestrator --help\`.\n`);
      return EXIT_CODES.usage;
    }
    if (
      OrchestratorError.isInstance(error) &&
      ['not-found', 'invalid-argument', 'not-allowed'].includes(error.code)
    ) {
      process.stderr.write(`${printable(error.message)}\n`);
      return EXIT_CODES.usage;
    }
    if (OrchestratorError.isInstance(error) && error.code === 'cancelled') {
      process.stderr.write(`${error.message}\n`);
      return EXIT_CODES.interrupted;
    }
    process.stderr.write(
      `The review failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
    );
    return EXIT_CODES.failed;
  }
}

async function runListing({ command, isJson }: ListingRequest): Promise<number> {
  const write = (text: string, value: unknown): void => {
    process.stdout.write(isJson ? `${JSON.stringify(value, null, 2)}\n` : text);
  };
  if (command === 'skills') {
    const { listSkills, skillsText } = await import('./skill-catalogue.ts');
    write(skillsText(), listSkills());
    return EXIT_CODES.ok;
  }
  const { diagnose, diagnosisText } = await import('./doctor.ts');
  const diagnosis = await diagnose();
  write(diagnosisText(diagnosis), diagnosis);
  return diagnosis.isReady ? EXIT_CODES.ok : EXIT_CODES.failed;
}

async function runReview(request: ReviewRequest): Promise<number> {
  const { reviewCommand } = await import('./review-command.ts');
  const interrupted = new AbortController();
  const onSignal = (name: NodeJS.Signals): void => {
    interrupted.abort(
      new OrchestratorError('cancelled', `Interrupted by ${name}; the programs it had started are gone.`),
    );
  };
  process.once('SIGINT', onSignal);
  process.once('SIGTERM', onSignal);
  return reviewCommand(request, {
    signal: interrupted.signal,
    logger: createLogger({ level: 'error' }),
    output: process.stdout,
    out: resolve(request.out),
  });
}
