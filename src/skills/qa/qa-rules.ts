/** The rules of the quality assurance skills. */
import type { RuleInfo } from '../../contracts/skill.ts';

/** What test-review and run-tests can report, by rule id. */
export const QA_RULES = {
  'focused-test': {
    id: 'focused-test',
    severity: 'error',
    title: 'A test that keeps others from running',
    help: 'With `.only` the rest of the file, or of the whole run, is left out and the result still looks green. Remove it.',
  },
  'skipped-test': {
    id: 'skipped-test',
    severity: 'warning',
    title: 'A test that never runs',
    help: 'Nobody notices when what it covers breaks. Repair it, or remove it and say why; skip on a condition where that is meant.',
  },
  'test-without-assertion': {
    id: 'test-without-assertion',
    severity: 'warning',
    title: 'A test that can hardly fail',
    help: 'Nothing compares what came out with what was expected. Add the expectation, or say in the title that not failing is the point.',
  },
  'untested-module': {
    id: 'untested-module',
    severity: 'warning',
    title: 'A module that no test reaches',
    help: 'No test imports it, directly or through another module. Write one for what it exports.',
  },
  'failing-test': {
    id: 'failing-test',
    severity: 'error',
    title: 'A test fails',
    help: 'Either the code or the expectation is wrong. Read the message of the runner.',
  },
} as const satisfies Readonly<Record<string, RuleInfo>>;
