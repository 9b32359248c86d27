/** Work that comes back at planned times: added, listed, paused, resumed, removed and triggered. */
import type { Backend } from '../../contracts/backend.ts';
import type { ScheduleNote } from '../../contracts/schedule.ts';
import type { Logger } from '../../observability/logger.ts';
import { InvalidArgumentError, OrchestratorError } from '../../shared/errors.ts';
import type { IdSource } from '../../shared/ids.ts';
import type { JsonObject } from '../../shared/json.ts';
import type { Clock } from '../../shared/time.ts';
import { SchedulePlan } from '../../tasks/schedule-plan.ts';
import { checkScheduleId, resolveTiming, type ScheduleTiming } from '../../tasks/schedule-timing.ts';
import type { Task } from '../../tasks/task.ts';
import type { TaskInit } from '../../tasks/task-fields.ts';
import { Workflow } from '../../workflow/workflow.ts';
import { noteOf } from './decide.ts';
import { ScheduleDriver } from './schedule-driver.ts';
import {
  infoOf,
  isoOf,
  isRemoved,
  newRecord,
  noted,
  removedRecord,
  type ScheduleInfo,
  type ScheduleRecord,
} from './schedule-record.ts';
import { ScheduleStore } from './schedule-store.ts';
import { digestOfSchedule, keepWork, type ScheduledWork, taskOf } from './scheduled-work.ts';

/** One schedule, to hold on to. */
export interface ScheduleHandle {
  readonly id: string;
  /** How it stands. Throws `not-found` once it was removed. */
  info(): Promise<ScheduleInfo>;
  pause(): Promise<void>;
  resume(): Promise<void>;
  remove(): Promise<boolean>;
  trigger(): Promise<string>;
}

export interface SchedulesOptions {
  readonly backend: Backend;
  readonly tenant: string;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly logger: Logger;
  /** Checks a task and fills it in. */
  readonly entity: (task: TaskInit) => Task;
  readonly submitTask: (task: Task) => Promise<void>;
  readonly submitWorkflow: (workflow: Workflow, inputs: object, id: string) => Promise<unknown>;
  /** Throws when there will be no more work, and makes ready for it otherwise. */
  readonly prepare: () => Promise<void>;
  readonly tell: (id: string, note: ScheduleNote) => void;
}

/** The schedules of one orchestrator's tenant. They are kept by the backend; started orchestrators fire them. */
export class Schedules {
  readonly #options: SchedulesOptions;
  readonly #store: ScheduleStore;
  readonly #driver: ScheduleDriver;

  constructor(options: SchedulesOptions) {
    this.#options = options;
    this.#store = new ScheduleStore(options.backend, options.tenant);
    this.#driver = new ScheduleDriver({
      ...options,
      store: this.#store,
      submit: (record, plannedAt, runId) => this.#submit(record, plannedAt, runId),
      tell: (id, notes) => {
        for (const note of notes) options.tell(id, note);
      },
    });
  }

  /**
   * Makes a schedule, or finds the one that is the same already. It fires from its next planned time on, in any
   * orchestrator of the tenant that was started. Throws `invalid-argument`, and `already-exists` when the id has another
   * timing or work and `replace` is not set.
   */
  async add(timing: ScheduleTiming, work: ScheduledWork): Promise<ScheduleHandle> {
    await this.#options.prepare();
    const { id, isReplacing, kept } = await resolveTiming(timing);
    const keptWork = keepWork(work, this.#options.entity);
    const digest = digestOfSchedule(kept, keptWork);
    const madeAt = this.#options.clock.now();
    const plan = await SchedulePlan.open(id, kept, madeAt);
    for (;;) {
      const found = await this.#store.find(id);
      const old = found === undefined || isRemoved(found.record) ? undefined : found.record;
      if (old?.digest === digest) break;
      if (old !== undefined && !isReplacing) throw otherSchedule(id);
      const next = plan.after(madeAt);
      if (next === undefined)
        throw new InvalidArgumentError('timing', 'one with a planned time to come', timing);
      const fresh = newRecord({ id, timing: kept, work: keptWork, digest, madeAt, next });
      const record = old === undefined ? fresh : inPlaceOf(old, fresh);
      if ((await this.#store.put(record, found?.version ?? 0)) !== undefined) break;
    }
    this.#driver.look(id);
    return this.#handle(id);
  }

  /** All of them, by id. Throws `schema-mismatch` when one was written by a newer release. */
  async list(): Promise<readonly ScheduleInfo[]> {
    const kept = await this.#store.list((error) => {
      throw error;
    });
    return kept.flatMap(({ record }) => (isRemoved(record) ? [] : [infoOf(record)]));
  }

  /** One of them; undefined when there is none of that id. */
  async get(id: string): Promise<ScheduleInfo | undefined> {
    const kept = await this.#store.load(checkScheduleId('id', id));
    return kept && infoOf(kept.record);
  }

  /** No firing until it is resumed; what is at work goes on. Throws `not-found`, and `illegal-transition` when it has ended. */
  async pause(id: string): Promise<void> {
    await this.#change(id, (record) => {
      if (record.state === 'ended') throw hasEnded(id);
      return record.state === 'paused' ? record : { ...record, state: 'paused' };
    });
  }

  /** Goes on with the next planned time; those that passed meanwhile are left out. Throws as {@link Schedules.pause} does. */
  async resume(id: string): Promise<void> {
    checkScheduleId('id', id);
    const kept = await this.#store.load(id);
    const plan = kept && (await SchedulePlan.open(id, kept.record.timing, kept.record.madeAt));
    await this.#change(id, (record) => {
      if (record.state === 'ended') throw hasEnded(id);
      if (record.state === 'active') return record;
      const isSame = record.digest === kept?.record.digest && record.madeAt === kept.record.madeAt;
      if (plan === undefined || !isSame) throw changedMeanwhile(id);
      const now = this.#options.clock.now();
      const next = record.next === null || record.next > now ? record.next : (plan.after(now) ?? null);
      return { ...record, state: 'active', next };
    });
  }

  /** Removes it; what is at work goes on. Returns whether there was one. */
  async remove(id: string): Promise<boolean> {
    checkScheduleId('id', id);
    try {
      await this.#change(id, () => removedRecord(id, this.#options.clock.now()));
      return true;
    } catch (error) {
      if (OrchestratorError.isInstance(error) && error.code === 'not-found') return false;
      throw error;
    }
  }

  /**
   * Fires once now, whatever its state and overlap, and returns the run's id, for `waitFor` or `waitForWorkflow`. Neither
   * the planned times nor `maxFirings` change. Throws `not-found`.
   */
  async trigger(id: string): Promise<string> {
    checkScheduleId('id', id);
    await this.#options.prepare();
    const kept = await this.#store.load(id);
    if (kept === undefined) throw notFound(id);
    const { clock, ids } = this.#options;
    const now = clock.now();
    const runId = `schedule/${id}/${ids('trigger')}`;
    await this.#submit(kept.record, now, runId);
    const note = noteOf('fired', now, clock.now(), 'triggered', runId);
    try {
      await this.#change(id, (record) => withTriggered(record, note, runId));
    } catch (error) {
      // Removed a moment ago: the run was handed in all the same.
      if (!OrchestratorError.isInstance(error) || error.code !== 'not-found') throw error;
    }
    this.#options.tell(id, note);
    return runId;
  }

  /** Begins to fire. */
  start(): Promise<void> {
    return this.#driver.start();
  }

  /** Fires no more. */
  stop(): Promise<void> {
    return this.#driver.stop();
  }

  async #change(id: string, alter: Parameters<ScheduleStore['change']>[1]): Promise<void> {
    checkScheduleId('id', id);
    await this.#options.prepare();
    await this.#store.change(id, alter);
    this.#driver.look(id);
  }

  async #submit(record: ScheduleRecord, plannedAt: number, runId: string): Promise<void> {
    const { id, work } = record;
    const { entity, submitTask, submitWorkflow } = this.#options;
    const firing = { id, plannedAt: isoOf(plannedAt) };
    if (work.kind === 'task') return submitTask(entity(taskOf(work, { ...firing, runId })));
    const inputs: JsonObject = { ...work.inputs, schedule: firing };
    await submitWorkflow(Workflow.fromJSON(work.workflow), inputs, runId);
  }

  #handle(id: string): ScheduleHandle {
    return {
      id,
      info: async () => {
        const info = await this.get(id);
        if (info === undefined) throw notFound(id);
        return info;
      },
      pause: () => this.pause(id),
      resume: () => this.resume(id),
      remove: () => this.remove(id),
      trigger: () => this.trigger(id),
    };
  }
}

/** History and a pause stay; what waited for the old one does not fire any more. */
function inPlaceOf(old: ScheduleRecord, fresh: ScheduleRecord): ScheduleRecord {
  const { state, working, firing, fired, missed, skipped, failed, notes } = old;
  const kept = { working, firing, fired, missed, skipped, failed, notes };
  const replaced: ScheduleRecord = { ...fresh, ...kept, state: state === 'paused' ? 'paused' : 'active' };
  return old.waiting.reduce(
    (record, planned) => noted(record, noteOf('skipped', planned, fresh.madeAt, 'the schedule was replaced')),
    replaced,
  );
}

/** Those not known to have ended are few, unless it is triggered again and again with no planned time in between. */
function withTriggered(record: ScheduleRecord, note: ScheduleNote, runId: string): ScheduleRecord {
  const working = record.timing.overlap === 'allow' ? [] : [...record.working, runId].slice(-100);
  return { ...noted(record, note), working };
}

function notFound(id: string): OrchestratorError {
  return new OrchestratorError('not-found', `There is no schedule ${id}.`, { details: { id } });
}

function otherSchedule(id: string): OrchestratorError {
  const message = `There is another schedule ${id}, with other times or other work; \`replace: true\` takes its place.`;
  return new OrchestratorError('already-exists', message, { details: { id } });
}

function hasEnded(id: string): OrchestratorError {
  const message = `Schedule ${id} has ended: no planned time is left.`;
  return new OrchestratorError('illegal-transition', message, { details: { id } });
}

function changedMeanwhile(id: string): OrchestratorError {
  const message = `Schedule ${id} was replaced while it was being resumed; look at it again.`;
  return new OrchestratorError('version-conflict', message, { retryable: true, details: { id } });
}
