/** Cuts a request into tasks, by the shape of the work it asks for and by what the repository holds. */
import type { TaskPriority } from '../../contracts/task.ts';
import { TaskTemplates } from '../../tasks/task-templates.ts';
import { AGENT_OF, type PlannedTask, weigh } from './planned-task.ts';
import { SHAPE_STEPS, SHAPE_WORDS, type Shape, type Step } from './work-shapes.ts';

/** What of the repository shapes a plan. */
export interface RepositoryFacts {
  /** The command that runs the tests, where a manifest names one. */
  readonly testCommand: string | undefined;
  readonly hasTests: boolean;
  readonly hasDocs: boolean;
  readonly hasWorkflows: boolean;
}

const MAX_ITEMS = 20;
/** Characters of the request that a task repeats. */
const MAX_REQUEST = 4_000;

/** The variables of a template that say what the request is about, and those that hold its own words. */
const ABOUT: Readonly<Record<string, { readonly subject?: string; readonly words?: string }>> = {
  feature_implementation: { subject: 'feature_name', words: 'requirements' },
  bug_fix: { words: 'bug_description' },
  api_endpoint: { words: 'endpoint_description' },
  database_migration: { subject: 'migration_name', words: 'migration_changes' },
  code_review: { subject: 'review_scope' },
  security_audit: { subject: 'audit_scope' },
  test_suite: { subject: 'test_subject' },
  documentation: { subject: 'doc_subject' },
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
    const found = SHAPE_WORDS.find(([, pattern]) => pattern.test(text));
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
  const tasks = SHAPE_STEPS[shape].flatMap((step) => {
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
        step.template === undefined
          ? undefined
          : library.createTaskFromTemplate(step.template, {
              title,
              variables: variablesOf(step.template, item ?? subject, request.description),
            });
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

/** What is not said stays as the template has it. */
function variablesOf(template: string, subject: string, words: string): Readonly<Record<string, string>> {
  const about = ABOUT[template];
  const text = words.trim().slice(0, MAX_REQUEST);
  return {
    ...(about?.subject === undefined || subject === '' ? {} : { [about.subject]: subject }),
    ...(about?.words === undefined || text === '' ? {} : { [about.words]: text }),
  };
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
