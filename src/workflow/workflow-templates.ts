/** Workflows ready to run. Each call makes a new one. */
import type { TaskType } from '../contracts/task.ts';
import { Workflow } from './workflow.ts';
import type { WorkflowStepInit } from './workflow-step.ts';

/** A task step whose id is its name. */
function task(
  name: string,
  taskType: TaskType,
  title: string,
  description: string,
  more: Partial<WorkflowStepInit> = {},
): WorkflowStepInit {
  return { id: name, name, stepType: 'task', config: { title, description, taskType }, ...more };
}

/** What each agent is asked in a review, in the order of the report. */
const REVIEW: readonly (readonly [name: string, taskType: TaskType, title: string, description: string])[] = [
  [
    'architecture',
    'architecture',
    'Map the modules',
    'Show how the modules hang together, what goes in circles and what leads nowhere.',
  ],
  ['code', 'code_review', 'Review the code', 'Look for errors, dead code and slips.'],
  [
    'tests',
    'testing',
    'Review the tests',
    'Look for tests that prove nothing and for code that no test reaches.',
  ],
  [
    'security',
    'security_review',
    'Review the security',
    'Look for secrets and for code that lets an attacker in.',
  ],
  [
    'docs',
    'documentation',
    'Review the documentation',
    'Check links, anchors, commands and the documentation of public names.',
  ],
  [
    'research',
    'research',
    'Get to know the repository',
    'Collect what a newcomer asks first, with citations, and the facts about dependencies.',
  ],
  [
    'devops',
    'devops',
    'Review pipelines and containers',
    'Check CI workflows, container files and compose files.',
  ],
  [
    'data',
    'data',
    'Review data and schemas',
    'Profile the data files and run the schema on a real database.',
  ],
];

/** A method for each template. Inputs are written `${inputs.name}` in the steps' texts. */
export const WorkflowTemplates = {
  /** Planning, architecture, development, then tests and security review at once, then documentation. Input: `feature`. */
  featureDevelopment(): Workflow {
    return new Workflow({
      name: 'Feature development',
      description: 'From a wish to a tested, reviewed and documented feature.',
      steps: [
        task('planning', 'planning', 'Plan the feature', 'Plan: ${inputs.feature}'),
        task('architecture', 'architecture', 'Design the feature', 'Design: ${inputs.feature}', {
          dependencies: ['planning'],
        }),
        task('development', 'feature', 'Build the feature', 'Build: ${inputs.feature}', {
          dependencies: ['architecture'],
        }),
        {
          id: 'checks',
          name: 'checks',
          stepType: 'parallel',
          dependencies: ['development'],
          config: {
            steps: [
              task('testing', 'testing', 'Test the feature', 'Test: ${inputs.feature}'),
              task(
                'security',
                'security_review',
                'Review the feature for security',
                'Review: ${inputs.feature}',
              ),
            ],
          },
        },
        task('documentation', 'documentation', 'Document the feature', 'Document: ${inputs.feature}', {
          dependencies: ['checks'],
        }),
      ],
    });
  },

  /** Research, fix, test. Input: `bug`. */
  bugFix(): Workflow {
    return new Workflow({
      name: 'Bug fix',
      description: 'Find out why, fix it, prove it.',
      steps: [
        task('research', 'research', 'Find the cause', 'Find the cause of: ${inputs.bug}'),
        task('fix', 'bug_fix', 'Fix the bug', 'Fix: ${inputs.bug}', { dependencies: ['research'] }),
        task('test', 'testing', 'Test the fix', 'Prove that this no longer happens: ${inputs.bug}', {
          dependencies: ['fix'],
        }),
      ],
    });
  },

  /** A conversation about the code, then a security check. Input: `topic`. Needs DevAgent, QAAgent and ArchitectAgent. */
  codeReview(): Workflow {
    return new Workflow({
      name: 'Code review',
      description: 'Talk about the code, then check its security.',
      steps: [
        {
          id: 'discussion',
          name: 'discussion',
          stepType: 'conversation',
          config: {
            topic: '${inputs.topic}',
            participants: ['DevAgent', 'QAAgent', 'ArchitectAgent'],
            maxRounds: 5,
          },
        },
        task('security', 'security_review', 'Check the security', 'Check: ${inputs.topic}', {
          dependencies: ['discussion'],
        }),
      ],
    });
  },

  /** All nine agents over one repository: eight at once, then the plan of what to do about what they found. */
  repositoryReview(): Workflow {
    const steps = REVIEW.map(([name, taskType, title, description]) =>
      task(name, taskType, title, description, { onFailure: 'continue' }),
    );
    return new Workflow({
      name: 'Repository review',
      description: 'Nine agents look at one repository.',
      steps: [
        ...steps,
        task('plan', 'planning', 'Plan what to do', 'Put what was found in order, and name the risks.', {
          dependencies: REVIEW.map(([name]) => name),
          onFailure: 'continue',
        }),
      ],
    });
  },

  /** Tests and security review at once; only when both are well, documentation and the release plan. Input: `version`. */
  release(): Workflow {
    return new Workflow({
      name: 'Release',
      description: 'Check, document and plan a release.',
      steps: [
        {
          id: 'checks',
          name: 'checks',
          stepType: 'parallel',
          config: {
            steps: [
              task('testing', 'testing', 'Review the tests', 'Are the tests fit for ${inputs.version}?'),
              task(
                'security',
                'security_review',
                'Review the security',
                'Is anything in the way of ${inputs.version}?',
              ),
              task(
                'pipeline',
                'devops',
                'Review the pipeline',
                'Can ${inputs.version} be built and shipped?',
              ),
            ],
          },
        },
        task(
          'documentation',
          'documentation',
          'Check the documentation',
          'Is the documentation fit for ${inputs.version}?',
          { dependencies: ['checks'] },
        ),
        task('plan', 'planning', 'Plan the release', 'Plan the release of ${inputs.version}.', {
          dependencies: ['documentation'],
        }),
      ],
    });
  },
} as const;
