/** Which workflows are paused: kept in the backend's records, so that any process knows it and can resume them. */
import type { Backend } from '../contracts/backend.ts';
import type { StatePort, StateRecord } from '../contracts/state.ts';
import { OrchestratorError } from '../shared/errors.ts';
import { randomIds } from '../shared/ids.ts';
import { PAUSE_SIGNAL, RESUME_SIGNAL } from './workflow-services.ts';

const SCHEMA_VERSION = 1;

export class Pauses {
  readonly #backend: Backend;
  readonly #tenant: string;

  constructor(backend: Backend, tenant: string) {
    this.#backend = backend;
    this.#tenant = tenant;
  }

  async isPaused(runId: string): Promise<boolean> {
    return (await this.#record(runId)) !== undefined;
  }

  /** Pausing twice is pausing once. */
  async pause(runId: string): Promise<void> {
    const known = await this.#record(runId);
    const record = known ?? (await this.#begin(runId));
    // The record comes first: sent again after a crash in between, the token lets the signal arrive once.
    await this.#backend.signal(runId, this.#tenant, PAUSE_SIGNAL, true, tokenOf(record));
  }

  /** Throws `illegal-transition` when it is not paused. */
  async resume(runId: string): Promise<void> {
    const record = await this.#record(runId);
    if (record === undefined) {
      throw new OrchestratorError('illegal-transition', `Workflow ${runId} is not paused.`, {
        details: { runId },
      });
    }
    await this.#backend.signal(runId, this.#tenant, RESUME_SIGNAL, true, `${tokenOf(record)}/resume`);
    await this.#forget(record);
  }

  /** For a run that has ended. */
  async forget(runId: string): Promise<void> {
    const record = await this.#record(runId);
    if (record !== undefined) await this.#forget(record);
  }

  async #begin(runId: string): Promise<StateRecord> {
    try {
      return await this.#state.put(
        keyOf(runId),
        { schemaVersion: SCHEMA_VERSION, token: randomIds('pause') },
        0,
      );
    } catch (error) {
      // Somebody else has just paused it.
      const record = await this.#record(runId);
      if (record === undefined) throw error;
      return record;
    }
  }

  async #forget({ key, version }: StateRecord): Promise<void> {
    await this.#state.delete(key, version).catch((error: unknown) => {
      if (!OrchestratorError.isInstance(error) || error.code !== 'version-conflict') throw error;
    });
  }

  #record(runId: string): Promise<StateRecord | undefined> {
    return this.#state.get(keyOf(runId));
  }

  get #state(): StatePort {
    return this.#backend.store.state(this.#tenant);
  }
}

function keyOf(runId: string): string {
  return `workflow/paused/${runId}`;
}

function tokenOf({ value }: StateRecord): string {
  return (value as { readonly token: string }).token;
}
