/** Cuts a request into tasks, by the shape of the work it asks for and by what the repository holds. */
import type { TaskPriority, TaskType } from '../../contracts/task.ts';
import { TaskTemplates } from '../../tasks/task-templates.ts';
import { AGENT_OF, type PlannedTask, weigh } from './planned-task.ts';

/** What of the repository shapes a plan. */
export interface RepositoryFacts {
  /** The command that runs the tests, where a manifest names one. */
  readonly testCommand: string | undefined;
  readonly hasTests: boolean;
  readonly hasDocs: boolean;
  readonly hasWorkflows: boolean;
}

/** A step of a shape of work. Steps name earlier steps that they wait for. */
interface Step {
  readonly key: string;
  readonly title: string;
  readonly taskType: TaskType;
  readonly template?: string;
  readonly after: readonly string[];
  readonly size: number;
  /** True when it is done once per item of the request. */
  readonly isPerItem?: boolean;
}

export const SHAPES = [
  'bug',
  'review',
  'security',
  'documentation',
  'test',
  'data',
  'endpoint',
  'feature',
] as const;
export type Shape = (typeof SHAPES)[number];

const WORDS: readonly (readonly [Shape, RegExp])[] = [
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
const MAX_ITEMS = 20;

const STEPS: Readonly<Record<Shape, readonly Step[]>> = {
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

/** The shape of work that a request asks for: by its title first, then by its text. */
export function shapeOf({
  title,
  description,
}: {
  readonly title: string;
  readonly description: string;
}): Shape {
  for (const text of [title, description.slice(0, 5_000)]) {
    const found = WORDS.find(([, pattern]) => pattern.test(text));
    if (found !== undefined) return found[0];
  }
  return 'feature';
}

/** Items of a list in the request: lines that begin with a bullet or a number. */
export function itemsOf(description: string): readonly string[] {
  const items = description
    .slice(0, 20_000)
    .split('\n')
    .flatMap(
      (line) => /^\s{0,8}(?:[-*+]|\d{1,3}[.)])\s+(?:\[[ x]\]\s+)?(\S.{0,300})$/.exec(line)?.[1]?.trim() ?? [],
    );
  return [...new Set(items)].slice(0, MAX_ITEMS);
}

/** Tasks for a request without findings. Sizes are those of the shape, since nothing is known of the effort. */
export function planRequest(
  request: { readonly title: string; readonly description: string },
  facts: RepositoryFacts,
): { readonly shape: Shape; readonly tasks: readonly PlannedTask[] } {
  const shape = shapeOf(request);
  const items = itemsOf(request.description);
  const subject = request.title.trim() || request.description.trim().slice(0, 80);
  const isUrgent = /\b(?:urgent|asap|immediately|blocker|outage|production is down)\b/i.test(
    `${request.title}\n${request.description.slice(0, 5_000)}`,
  );
  const ids = new Map<string, readonly string[]>();
  const library = TaskTemplates.getDefaultLibrary();
  const tasks = STEPS[shape].flatMap((step) => {
    const parts = step.isPerItem === true && items.length > 1 ? items : [undefined];
    ids.set(
      step.key,
      parts.map((_part, index) =>
        parts.length === 1 ? `task-${step.key}` : `task-${step.key}-${index + 1}`,
      ),
    );
    return parts.map((item, index): PlannedTask => {
      const title = `${step.title}: ${item ?? subject}`.slice(0, 200);
      const template =
        step.template === undefined ? undefined : library.createTaskFromTemplate(step.template, { title });
      const priority: TaskPriority = isUrgent
        ? 'critical'
        : shape === 'bug' || shape === 'security'
          ? 'high'
          : 'medium';
      return {
        id: ids.get(step.key)?.[index] ?? `task-${step.key}`,
        title,
        description: template?.description ?? `${step.title} for: ${item ?? subject}`,
        taskType: step.taskType,
        priority,
        agent: AGENT_OF[step.taskType],
        acceptanceCriteria: criteriaOf(step, facts),
        dependencies: step.after.flatMap((key) => ids.get(key) ?? []),
        files: [],
        findings: [],
        wsjf: weigh({
          businessValue: step.isPerItem === true ? 5 : 3,
          timeCriticality: isUrgent ? 8 : priority === 'high' ? 5 : 2,
          riskReduction:
            step.taskType === 'security_review' || step.taskType === 'testing'
              ? 5
              : step.after.length === 0
                ? 3
                : 1,
          jobSize: step.size,
        }),
      };
    });
  });
  return { shape, tasks };
}

function criteriaOf({ taskType }: Step, facts: RepositoryFacts): readonly string[] {
  const tests = facts.testCommand === undefined ? 'The tests pass.' : `\`${facts.testCommand}\` passes.`;
  switch (taskType) {
    case 'testing':
      return [
        facts.hasTests
          ? 'New tests fail without the change and pass with it.'
          : 'The repository gets its first tests, and a command that runs them.',
        tests,
      ];
    case 'feature':
    case 'development':
    case 'bug_fix':
    case 'data':
      return [
        'The behaviour that was asked for can be seen.',
        tests,
        ...(facts.hasWorkflows ? ['The CI workflows pass.'] : []),
      ];
    case 'documentation':
      return [
        facts.hasDocs
          ? 'The pages under docs/ and the README say what is true now.'
          : 'The README says what is true now.',
        'Every command in it was run.',
      ];
    case 'security_review':
      return [
        'Each weakness has a file, a line and a severity.',
        'No critical or error finding is left open.',
      ];
    case 'code_review':
      return ['Each remark has a file, a line and a suggestion.'];
    default:
      return ['Decisions and open questions are written down, each with its reason.'];
  }
}
