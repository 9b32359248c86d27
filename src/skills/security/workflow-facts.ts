/** What a GitHub workflow says of when it runs and of what its token may do. */
import type { TextFile } from '../../contracts/workspace.ts';
import { parseYamlFile } from '../devops/yaml-file.ts';

export interface WorkflowFacts {
  /** True when a change of the code starts it, or another workflow that may have been started so. */
  readonly isRunOnChange: boolean;
  /** True when each job has rights of its own or those of the workflow, and none takes all of them. */
  readonly isTokenLimited: boolean;
}

const CHANGES = /^(?:push|pull_request|pull_request_target|merge_group|workflow_call)$/;

/** Undefined for what is no workflow that can be read. */
export async function workflowFacts(file: TextFile): Promise<WorkflowFacts | undefined> {
  const { documents } = await parseYamlFile(file);
  const [document] = documents;
  const root = document?.root;
  if (document === undefined || root === undefined) return undefined;
  const on = document.get(root, 'on');
  const one = document.text(on);
  const events = [
    ...(one === undefined ? [] : [one]),
    ...document.texts(on).map(({ text }) => text),
    ...document.entries(on).map(({ key }) => key),
  ];
  const shared = document.entry(root, 'permissions');
  const jobs = document.entries(document.get(root, 'jobs'));
  const isLimited = (entry: typeof shared): boolean =>
    entry !== undefined && document.text(entry.value) !== 'write-all';
  return {
    isRunOnChange: events.some((event) => CHANGES.test(event)),
    isTokenLimited:
      jobs.length > 0 && jobs.every(({ value }) => isLimited(document.entry(value, 'permissions') ?? shared)),
  };
}
