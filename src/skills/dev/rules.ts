/** The rules of the developer's skills. */
import type { RuleInfo } from '../../contracts/skill.ts';

const RULES = {
  syntaxError: {
    id: 'syntax-error',
    severity: 'error',
    title: 'The file does not parse',
    help: 'Neither a compiler nor Node can read it, so whatever imports it fails.',
  },
  unusedExport: {
    id: 'unused-export',
    severity: 'warning',
    title: 'Nobody imports this export',
    help: 'Remove it, or drop the word `export` when only its own module uses it.',
  },
  unreachableModule: {
    id: 'unreachable-module',
    severity: 'warning',
    title: 'No entry of the package leads to this module',
    help: 'Dead code is read, upgraded and searched for nothing. Delete the file, or import it where it was meant to be used.',
  },
  debuggerStatement: {
    id: 'debugger-statement',
    severity: 'warning',
    title: 'A `debugger` statement was left in',
    help: 'It halts the program wherever a debugger is attached. Remove it.',
  },
  emptyCatch: {
    id: 'empty-catch',
    severity: 'warning',
    title: 'An error is caught and dropped',
    help: 'Failures go unseen. Handle the error, hand it on, or say in a comment why nothing needs doing.',
  },
  unreachableCode: {
    id: 'unreachable-code',
    severity: 'warning',
    title: 'Code that never runs',
    help: 'Control has left the block before it. Remove it, or put it where it was meant to run.',
  },
  duplicateCase: {
    id: 'duplicate-case',
    severity: 'error',
    title: 'A `case` repeats an earlier one',
    help: 'Only the first of equal cases ever runs; the second was probably meant for another value.',
  },
  selfComparison: {
    id: 'self-comparison',
    severity: 'error',
    title: 'A value is compared with itself',
    help: 'The outcome is known beforehand; one side was probably meant to be something else.',
  },
  assignmentInCondition: {
    id: 'assignment-in-condition',
    severity: 'error',
    title: 'A condition assigns instead of comparing',
    help: 'Use `===`, or put the assignment before the condition.',
  },
} as const satisfies Record<string, RuleInfo>;

export const CODE_HEALTH_RULES: Readonly<Record<keyof typeof RULES, RuleInfo>> = RULES;
