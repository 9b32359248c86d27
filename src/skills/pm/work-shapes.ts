/** Shapes of work: the steps that a bug, a feature, a migration … usually take, and the words that ask for each. */
import type { TaskType } from '../../contracts/task.ts';

/** A step of a shape of work. Steps name earlier steps that they wait for. */
export interface Step {
  readonly key: string;
  readonly title: string;
  readonly taskType: TaskType;
  readonly template?: string;
  readonly after: readonly string[];
  readonly size: number;
  /** True when it is done once per item of the request. */
  readonly isPerItem?: boolean;
}

const SHAPES = ['bug', 'review', 'security', 'documentation', 'test', 'data', 'endpoint', 'feature'] as const;
export type Shape = (typeof SHAPES)[number];

/** Words that ask for a shape; the first that is found decides. */
export const SHAPE_WORDS: readonly (readonly [Shape, RegExp])[] = [
  ['security', /\b(?:security|vulnerabilit\w+|audit|threats?|pentest|cve)\b/i],
  [
    'bug',
    /\b(?:bugs?|fix(?:es)?|broken|crash(?:es|ed)?|regression|fails?|failing|hangs?|leaks?|wrong(?:ly)?)\b/i,
  ],
  ['data', /\b(?:migrations?|migrate|schema|tables?|columns?|database)\b/i],
  ['endpoint', /\b(?:endpoints?|routes?|rest api|graphql)\b/i],
  ['review', /\b(?:review|assess|inspect)\b/i],
  ['test', /\b(?:tests?|coverage|test suite)\b/i],
  ['documentation', /\b(?:document(?:ation)?|docs|readme|tutorial|guide)\b/i],
];

/** Sizes are points usual for the step. */
export const SHAPE_STEPS: Readonly<Record<Shape, readonly Step[]>> = {
  bug: [
    { key: 'cause', title: 'Find the cause', taskType: 'research', after: [], size: 2 },
    {
      key: 'fix',
      title: 'Fix',
      taskType: 'bug_fix',
      template: 'bug_fix',
      after: ['cause'],
      size: 3,
      isPerItem: true,
    },
    {
      key: 'test',
      title: 'Test against a relapse',
      taskType: 'testing',
      template: 'test_suite',
      after: ['fix'],
      size: 2,
    },
  ],
  review: [
    { key: 'map', title: 'Map the code under review', taskType: 'architecture', after: [], size: 2 },
    {
      key: 'review',
      title: 'Review',
      taskType: 'code_review',
      template: 'code_review',
      after: ['map'],
      size: 3,
      isPerItem: true,
    },
    {
      key: 'security',
      title: 'Check for weaknesses',
      taskType: 'security_review',
      template: 'security_audit',
      after: ['map'],
      size: 3,
    },
    {
      key: 'report',
      title: 'Write down what was found',
      taskType: 'documentation',
      after: ['review', 'security'],
      size: 1,
    },
  ],
  security: [
    { key: 'map', title: 'Map what can be attacked', taskType: 'architecture', after: [], size: 2 },
    {
      key: 'audit',
      title: 'Audit',
      taskType: 'security_review',
      template: 'security_audit',
      after: ['map'],
      size: 5,
      isPerItem: true,
    },
    {
      key: 'fix',
      title: 'Fix what was found',
      taskType: 'bug_fix',
      template: 'bug_fix',
      after: ['audit'],
      size: 5,
    },
    {
      key: 'test',
      title: 'Test that it stays fixed',
      taskType: 'testing',
      template: 'test_suite',
      after: ['fix'],
      size: 3,
    },
  ],
  documentation: [
    { key: 'read', title: 'Find what is not documented', taskType: 'research', after: [], size: 2 },
    {
      key: 'write',
      title: 'Document',
      taskType: 'documentation',
      template: 'documentation',
      after: ['read'],
      size: 3,
      isPerItem: true,
    },
    {
      key: 'check',
      title: 'Check commands, links and examples',
      taskType: 'testing',
      after: ['write'],
      size: 1,
    },
  ],
  test: [
    { key: 'gaps', title: 'Find what is not tested', taskType: 'research', after: [], size: 2 },
    {
      key: 'test',
      title: 'Test',
      taskType: 'testing',
      template: 'test_suite',
      after: ['gaps'],
      size: 5,
      isPerItem: true,
    },
    {
      key: 'review',
      title: 'Review the tests',
      taskType: 'code_review',
      template: 'code_review',
      after: ['test'],
      size: 1,
    },
  ],
  data: [
    { key: 'design', title: 'Design the change of the data', taskType: 'architecture', after: [], size: 2 },
    {
      key: 'migrate',
      title: 'Migrate',
      taskType: 'data',
      template: 'database_migration',
      after: ['design'],
      size: 5,
      isPerItem: true,
    },
    {
      key: 'code',
      title: 'Change the code that reads and writes it',
      taskType: 'development',
      after: ['migrate'],
      size: 3,
    },
    {
      key: 'test',
      title: 'Test the way forth and back',
      taskType: 'testing',
      template: 'test_suite',
      after: ['code'],
      size: 3,
    },
  ],
  endpoint: [
    { key: 'design', title: 'Design the contract', taskType: 'architecture', after: [], size: 2 },
    {
      key: 'build',
      title: 'Build',
      taskType: 'feature',
      template: 'api_endpoint',
      after: ['design'],
      size: 5,
      isPerItem: true,
    },
    {
      key: 'test',
      title: 'Test, also with bad input',
      taskType: 'testing',
      template: 'test_suite',
      after: ['build'],
      size: 3,
    },
    {
      key: 'security',
      title: 'Check who may call it',
      taskType: 'security_review',
      template: 'security_audit',
      after: ['build'],
      size: 2,
    },
    {
      key: 'document',
      title: 'Document the contract',
      taskType: 'documentation',
      template: 'documentation',
      after: ['test', 'security'],
      size: 2,
    },
  ],
  feature: [
    { key: 'scope', title: 'Settle scope and open questions', taskType: 'planning', after: [], size: 1 },
    { key: 'design', title: 'Design', taskType: 'architecture', after: ['scope'], size: 2 },
    {
      key: 'build',
      title: 'Build',
      taskType: 'feature',
      template: 'feature_implementation',
      after: ['design'],
      size: 5,
      isPerItem: true,
    },
    { key: 'test', title: 'Test', taskType: 'testing', template: 'test_suite', after: ['build'], size: 3 },
    {
      key: 'security',
      title: 'Check for weaknesses',
      taskType: 'security_review',
      template: 'security_audit',
      after: ['build'],
      size: 2,
    },
    {
      key: 'document',
      title: 'Document',
      taskType: 'documentation',
      template: 'documentation',
      after: ['test', 'security'],
      size: 2,
    },
  ],
};
