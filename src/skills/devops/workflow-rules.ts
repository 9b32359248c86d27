/** The rules of the workflow check. */
import type { RuleInfo } from '../../contracts/skill.ts';

export const WORKFLOW_RULES = {
  syntax: {
    id: 'workflow-syntax',
    severity: 'error',
    title: 'CI definition that will not run',
    help: 'The CI service refuses this definition or part of it. Correct the structure so that the job can start.',
  },
  injection: {
    id: 'script-injection',
    severity: 'critical',
    title: "A stranger's text becomes part of a script",
    help: 'The expression is pasted into the script before it runs, so a crafted title or branch name runs commands. Pass it through `env:` and quote the variable.',
  },
  unpinned: {
    id: 'unpinned-action',
    severity: 'warning',
    title: 'Action follows a moving branch',
    help: 'Whoever can push to that branch runs code in this pipeline. Use a commit id or a version tag.',
  },
  permissions: {
    id: 'broad-permissions',
    severity: 'warning',
    title: 'The token may write everything',
    help: 'Grant only the scopes the job needs, such as `contents: read`.',
  },
  checkout: {
    id: 'untrusted-checkout',
    severity: 'critical',
    title: "A stranger's code is checked out with the repository's secrets",
    help: 'This trigger runs with secrets and a write token. Check out the base only, or use the `pull_request` trigger.',
  },
} as const satisfies Record<string, RuleInfo>;
