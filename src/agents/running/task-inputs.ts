/** Brings the results of earlier tasks to a task, checked and capped in size. */
import type { RunInfo } from '../../contracts/backend.ts';
import type { TaskResult } from '../../contracts/task.ts';
import { heldResult } from '../../tasks/run-result.ts';
import type { Task } from '../../tasks/task.ts';

/** Reads a run that has ended. */
export type ResultReader = (runId: string, tenant: string) => Promise<RunInfo | undefined>;

/** One result may take this many characters of JSON; a larger one comes without its artifacts' data. */
const MAX_RESULT_LENGTH = 8_000_000;

/** The key in a task's metadata that lists further runs whose results it wants, however they ended. */
const INPUT_RUNS = 'inputRuns';

/** Results by task id: of its dependencies and of the runs listed in `metadata.inputRuns`. */
export async function inputsOf(
  task: Pick<Task, 'dependencies' | 'metadata' | 'tenant'>,
  read: ResultReader,
): Promise<Readonly<Record<string, TaskResult>>> {
  const listed = task.metadata[INPUT_RUNS];
  const ids = new Set([...task.dependencies, ...(Array.isArray(listed) ? listed.map(String) : [])]);
  const inputs: [string, TaskResult][] = [];
  for (const id of ids) {
    const run = await read(id, task.tenant);
    const result = run === undefined ? undefined : heldResult(run);
    if (result !== undefined) inputs.push([id, capped(result)]);
  }
  // Not by assignment: an id may be `__proto__`.
  return Object.fromEntries(inputs);
}

function capped(result: TaskResult): TaskResult {
  const { length } = JSON.stringify(result);
  if (length <= MAX_RESULT_LENGTH) return result;
  const artifacts = result.artifacts.map((artifact) => ({
    ...artifact,
    data: {},
    findings: artifact.findings.slice(0, 500),
  }));
  return { ...result, artifacts, metadata: { ...result.metadata, isCapped: true, fullLength: length } };
}
