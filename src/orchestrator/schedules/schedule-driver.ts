/**
 * Fires schedules. A decision is written first, by compare-and-set, so that of several processes one makes it; then the
 * run is handed in under an id that the planned time gives; then that is noted. Whoever finds a decision without its
 * note hands in the same run again, which changes nothing: a crash in between loses nothing and repeats nothing.
 */
import type { Backend } from '../../contracts/backend.ts';
import type { ScheduleNote } from '../../contracts/schedule.ts';
import type { Logger } from '../../observability/logger.ts';
import { errorToJson, OrchestratorError, toError } from '../../shared/errors.ts';
import { randomIds } from '../../shared/ids.ts';
import type { Clock } from '../../shared/time.ts';
import { SchedulePlan } from '../../tasks/schedule-plan.ts';
import { decide, noteOf } from './decide.ts';
import { isRemoved, noted, runIdOf, type ScheduleRecord, settled } from './schedule-record.ts';
import type { Kept, ScheduleStore } from './schedule-store.ts';

export interface DriverOptions {
  readonly backend: Backend;
  readonly store: ScheduleStore;
  readonly tenant: string;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Hands a run in; the same again changes nothing. */
  readonly submit: (record: ScheduleRecord, plannedAt: number, runId: string) => Promise<void>;
  readonly tell: (id: string, notes: readonly ScheduleNote[]) => void;
}

/** How often records are read again for what other processes changed, and the clock for having been set. */
const READ_MS = { durable: 10_000, local: 60_000 };
/** How long another process is given to hand in what it decided. */
const TAKE_OVER_MS = 1000;
const LONGEST_RETRY_MS = 30_000;
/** What is left of a removed schedule is forgotten after a day. */
const REMOVED_KEPT_MS = 86_400_000;

interface Entry {
  version: number;
  wakeAt: number;
  tries: number;
  plan: { readonly digest: string; readonly madeAt: number; readonly plan: SchedulePlan } | undefined;
  /** A decision of another process, since when it stands. */
  foreign: { readonly version: number; readonly since: number } | undefined;
}

export class ScheduleDriver {
  readonly #options: DriverOptions;
  readonly #by = randomIds('driver');
  readonly #entries = new Map<string, Entry>();
  /** At work on a schedule, and whether to look again afterwards. */
  readonly #busy = new Map<string, { again: boolean }>();
  readonly #unreadable = new Set<string>();
  readonly #watched = new Set<string>();
  readonly #closing = new AbortController();
  readonly #pending = new Set<Promise<void>>();
  #cancelTimer: () => void = () => undefined;
  #readAt = -Infinity;
  #isStarted = false;

  constructor(options: DriverOptions) {
    this.#options = options;
  }

  async start(): Promise<void> {
    if (this.#closing.signal.aborted) return;
    this.#isStarted = true;
    await this.#tick();
  }

  /** Takes nothing up any more, and waits for what is being handed in. */
  async stop(): Promise<void> {
    this.#isStarted = false;
    this.#cancelTimer();
    this.#closing.abort();
    await Promise.all(this.#pending);
  }

  /** Looks at one now: it was added, changed, or a run of it has ended. */
  look(id: string): void {
    if (!this.#isStarted) return;
    const busy = this.#busy.get(id);
    if (busy !== undefined) {
      busy.again = true;
      return;
    }
    const entry = this.#entries.get(id) ?? newEntry();
    this.#entries.set(id, entry);
    this.#busy.set(id, { again: false });
    this.#track(this.#work(id, entry));
  }

  async #work(id: string, entry: Entry): Promise<void> {
    try {
      entry.wakeAt = await this.#advance(id, entry);
      entry.tries = 0;
    } catch (error) {
      entry.tries += 1;
      const delay = Math.min(LONGEST_RETRY_MS, 500 * 2 ** entry.tries);
      entry.wakeAt = this.#options.clock.now() + delay;
      this.#warn('a schedule could not be driven; it is tried again', error, id);
    }
    const isAgain = this.#busy.get(id)?.again === true;
    this.#busy.delete(id);
    if (isAgain) this.look(id);
    else this.#arm();
  }

  /** Does all that is due for one schedule and returns when to look at it again. */
  async #advance(id: string, entry: Entry): Promise<number> {
    const { store, clock, tell } = this.#options;
    let kept = await store.load(id);
    while (this.#isStarted) {
      if (kept === undefined) {
        this.#entries.delete(id);
        return Infinity;
      }
      const { record, version } = kept;
      entry.version = version;
      if (record.firing !== null) {
        const wait = this.#waitFor(record, version, entry);
        if (wait > 0) return clock.now() + wait;
        kept = (await this.#fire(kept)) ?? (await store.load(id));
        continue;
      }
      if (record.state !== 'active') return Infinity;
      const plan = await this.#planOf(record, entry);
      const working = record.timing.overlap === 'allow' ? [] : await this.#working(record.working);
      const decision = decide(record, plan, { now: clock.now(), by: this.#by, working });
      if (decision === undefined) {
        if (record.waiting.length > 0) for (const runId of working) this.#watch(id, runId);
        return record.next === null ? Infinity : plan.fireTime(record.next);
      }
      const written = await store.put(decision.record, version);
      if (written !== undefined) tell(id, decision.notes);
      kept = written ?? (await store.load(id));
    }
    return Infinity;
  }

  /** Hands in what was decided and notes it; undefined when another process was faster with the note. */
  async #fire({ record, version }: Kept): Promise<Kept | undefined> {
    const { store, clock, submit, tell } = this.#options;
    const { id, firing, timing } = record;
    if (firing === null) return undefined;
    const { plannedAt } = firing;
    const runId = runIdOf(id, plannedAt);
    let note: ScheduleNote;
    let working = record.working;
    try {
      await submit(record, plannedAt, runId).catch(unlessThere);
      note = noteOf('fired', plannedAt, clock.now(), null, runId);
      if (timing.overlap !== 'allow') working = [...working, runId];
    } catch (error) {
      if (!OrchestratorError.isInstance(error) || error.retryable || error.code === 'stopped') throw error;
      note = noteOf('failed', plannedAt, clock.now(), `${error.code}: ${error.message}`);
      this.#warn('a schedule could not fire', error, id);
    }
    const written = await store.put(settled(noted({ ...record, firing: null, working }, note)), version);
    if (written !== undefined) tell(id, [note]);
    return written;
  }

  /** Another process that decided a moment ago is about to hand it in; one that died is not. */
  #waitFor({ firing }: ScheduleRecord, version: number, entry: Entry): number {
    if (firing?.by === this.#by) return 0;
    const now = this.#options.clock.now();
    if (entry.foreign?.version !== version) entry.foreign = { version, since: now };
    return Math.min(TAKE_OVER_MS, entry.foreign.since + TAKE_OVER_MS - now);
  }

  async #planOf({ id, digest, madeAt, timing }: ScheduleRecord, entry: Entry): Promise<SchedulePlan> {
    if (entry.plan?.digest !== digest || entry.plan.madeAt !== madeAt)
      entry.plan = { digest, madeAt, plan: await SchedulePlan.open(id, timing, madeAt) };
    return entry.plan.plan;
  }

  /** Those that have not ended. */
  async #working(runIds: readonly string[]): Promise<readonly string[]> {
    const { backend, tenant } = this.#options;
    const working: string[] = [];
    for (const runId of runIds) {
      const run = await backend.store.get(runId, tenant);
      if (run !== undefined && run.completedAt === null) working.push(runId);
    }
    return working;
  }

  /** Looks again once the run has ended, in whatever process. */
  #watch(id: string, runId: string): void {
    if (this.#watched.has(runId)) return;
    this.#watched.add(runId);
    const { backend, tenant } = this.#options;
    const ended = backend.store.result(runId, tenant, { signal: this.#closing.signal });
    ended
      .catch(() => undefined)
      .finally(() => {
        this.#watched.delete(runId);
        this.look(id);
      });
  }

  async #tick(): Promise<void> {
    const now = this.#options.clock.now();
    // A clock that was set back would otherwise keep the records from being read for as long.
    if (now >= this.#readAt + this.#readMs || now < this.#readAt) await this.#read();
    for (const [id, { wakeAt }] of this.#entries) if (wakeAt <= now) this.look(id);
    this.#arm();
  }

  /** Finds out what other processes added, changed and removed. */
  async #read(): Promise<void> {
    const { store, clock } = this.#options;
    this.#readAt = clock.now();
    try {
      const seen = new Set<string>();
      for (const { record, version } of await store.list((error) => this.#warnOnce(error))) {
        if (isRemoved(record)) {
          if (this.#readAt - record.removedAt > REMOVED_KEPT_MS) await store.forget({ record, version });
          continue;
        }
        seen.add(record.id);
        const entry = this.#entries.get(record.id);
        if (entry?.version !== version || entry.tries > 0 || record.waiting.length > 0) this.look(record.id);
      }
      for (const id of this.#entries.keys())
        if (!seen.has(id) && !this.#busy.has(id)) this.#entries.delete(id);
    } catch (error) {
      this.#warn('schedules could not be read; they are read again', error);
    }
  }

  /** Sets the one timer. Nothing is set when there is nothing to fire and nobody else who could add something. */
  #arm(): void {
    this.#cancelTimer();
    if (!this.#isStarted) return;
    let wakeAt = Infinity;
    for (const [id, entry] of this.#entries) if (!this.#busy.has(id)) wakeAt = Math.min(wakeAt, entry.wakeAt);
    const { clock, backend } = this.#options;
    if (wakeAt === Infinity && !backend.capabilities.durable) return;
    const delay = Math.max(0, Math.min(this.#readMs, wakeAt - clock.now()));
    this.#cancelTimer = clock.after(delay, () => this.#track(this.#tick()));
  }

  get #readMs(): number {
    return this.#options.backend.capabilities.durable ? READ_MS.durable : READ_MS.local;
  }

  #track(work: Promise<void>): void {
    this.#pending.add(work);
    void work.finally(() => this.#pending.delete(work));
  }

  /** Of a schedule that a newer release wrote, once: that one drives it. */
  #warnOnce(error: unknown): void {
    const { message } = toError(error);
    if (!this.#unreadable.has(message)) this.#warn('a schedule can not be read and is left alone', error);
    this.#unreadable.add(message);
  }

  #warn(message: string, error: unknown, schedule?: string): void {
    const { code } = errorToJson(error);
    this.#options.logger.warn(
      { ...(schedule && { schedule }), code, error: toError(error).message },
      message,
    );
  }
}

/** Only schedules make such ids: the firing was handed in before, perhaps for what was replaced since. */
function unlessThere(error: unknown): void {
  if (!OrchestratorError.isInstance(error) || error.code !== 'already-exists') throw error;
}

function newEntry(): Entry {
  return { version: 0, wakeAt: Infinity, tries: 0, plan: undefined, foreign: undefined };
}
