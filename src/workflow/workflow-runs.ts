/** Submits workflows to a backend and tells how they stand: what the engine and the orchestrator share. */
import type { Backend, RunInfo } from '../contracts/backend.ts';
import { abortReason } from '../shared/abort.ts';
import { cancelledBy } from '../shared/cancelled-by.ts';
import { checkJson, checkObject, checkSignal, checkText } from '../shared/check.ts';
import { InvalidArgumentError, OrchestratorError } from '../shared/errors.ts';
import { type JsonObject, toJsonValue } from '../shared/json.ts';
import { Pauses } from './pauses.ts';
import { Workflow } from './workflow.ts';
import type { WorkflowInput } from './workflow-input.ts';
import { RUN_NAMES } from './workflow-services.ts';
import type { WorkflowResult, WorkflowStatus } from './workflow-types.ts';

function jsonInputs(inputs: object): JsonObject {
  checkObject('inputs', inputs);
  checkJson('inputs', inputs);
  return toJsonValue(inputs) as JsonObject;
}

const STATUS: Readonly<Record<RunInfo['status'], WorkflowStatus>> = {
  waiting: 'pending',
  queued: 'pending',
  running: 'running',
  suspended: 'running',
  completed: 'completed',
  failed: 'failed',
  cancelled: 'cancelled',
};

export class WorkflowRuns {
  readonly #backend: Backend;
  readonly #tenant: string;
  readonly #pauses: Pauses;

  constructor(backend: Backend, tenant: string) {
    this.#backend = backend;
    this.#tenant = tenant;
    this.#pauses = new Pauses(backend, tenant);
  }

  /** Checks the workflow and hands it in; returns the id of its run. */
  async submit(workflow: Workflow, inputs: object, id?: string): Promise<string> {
    if (!(workflow instanceof Workflow)) throw new InvalidArgumentError('workflow', 'a Workflow', workflow);
    workflow.validate();
    const input: WorkflowInput = {
      workflow: workflow.toJSON(),
      inputs: jsonInputs(inputs),
    };
    const { id: runId } = await this.#backend.submit(RUN_NAMES.workflowFunction, toJsonValue(input), {
      queue: RUN_NAMES.workflowQueue,
      tenant: this.#tenant,
      ...(id === undefined ? {} : { id }),
    });
    return runId;
  }

  /** Waits for the end. Aborting `signal` cancels the workflow; the result says so. */
  async result(
    runId: string,
    { signal }: { readonly signal?: AbortSignal | undefined } = {},
  ): Promise<WorkflowResult> {
    checkSignal('signal', signal);
    const cancel = (aborted: AbortSignal): void => {
      this.#backend.cancel(runId, this.#tenant, abortReason(aborted)).catch(() => undefined);
    };
    const outcome = await cancelledBy(signal, cancel, () => this.#backend.store.result(runId, this.#tenant));
    await this.#pauses.forget(runId);
    if (outcome.status === 'completed') return outcome.output as unknown as WorkflowResult;
    return {
      workflowId: runId,
      success: false,
      status: outcome.status,
      outputs: {},
      stepResults: {},
      errorMessage: outcome.error?.message ?? outcome.status,
      executionTimeMs: 0,
    };
  }

  /** Throws `not-found`. */
  async status(runId: string): Promise<WorkflowStatus> {
    const run = await this.#known(runId);
    if (run.completedAt === null) return (await this.#pauses.isPaused(runId)) ? 'paused' : STATUS[run.status];
    const held = run.output as { status?: WorkflowStatus } | null;
    return run.status === 'completed' ? (held?.status ?? 'completed') : STATUS[run.status];
  }

  /** The result if it has ended. Throws `not-found`. */
  async resultIfEnded(runId: string): Promise<WorkflowResult | undefined> {
    return (await this.#known(runId)).completedAt === null ? undefined : this.result(runId);
  }

  async cancel(runId: string, reason?: string): Promise<void> {
    await this.#backend.cancel(checkText('workflowId', runId), this.#tenant, reason);
  }

  /** Takes hold before the next step begins; steps at work go on. Throws `not-found`, or `illegal-transition` after the end. */
  async pause(runId: string): Promise<void> {
    await this.#open(runId, 'paused');
    await this.#pauses.pause(runId);
  }

  /** Throws `not-found`, or `illegal-transition` when it is not paused. */
  async resume(runId: string): Promise<void> {
    await this.#open(runId, 'resumed');
    await this.#pauses.resume(runId);
  }

  /** Ids of those that have not ended, groups within workflows left out. */
  async running(): Promise<readonly string[]> {
    const ids: string[] = [];
    for await (const run of this.#backend.store.list({
      tenant: this.#tenant,
      name: RUN_NAMES.workflowFunction,
    })) {
      if (run.completedAt === null && run.parentId === null) ids.push(run.id);
    }
    return ids;
  }

  async #open(runId: string, what: string): Promise<void> {
    const run = await this.#known(runId);
    if (run.completedAt === null) return;
    throw new OrchestratorError(
      'illegal-transition',
      `Workflow ${runId} has ended as ${run.status} and can't be ${what}.`,
      { details: { runId } },
    );
  }

  async #known(runId: string): Promise<RunInfo> {
    const run = await this.#backend.store.get(checkText('workflowId', runId), this.#tenant);
    if (run?.name === RUN_NAMES.workflowFunction) return run;
    throw new OrchestratorError('not-found', `There is no workflow run ${runId} of tenant ${this.#tenant}.`, {
      details: { runId },
    });
  }
}
