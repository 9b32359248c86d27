/** Runs functions: claims, executes, ends, and keeps this process's part in step with the others. */
import { type ErrorJson, errorFromJson, errorToJson, OrchestratorError } from '../../shared/errors.ts';
import type { IdSource } from '../../shared/ids.ts';
import type { JsonValue } from '../../shared/json.ts';
import type { Clock } from '../../shared/time.ts';
import { type Alarm, Alarms } from '../driving/alarms.ts';
import { Holds } from '../driving/holds.ts';
import { toJsonText } from '../driving/json-text.ts';
import { FunctionRegistry } from '../driving/registry.ts';
import { endedBy, type RunRow } from '../driving/run-row.ts';
import type { Submission } from '../driving/submission.ts';
import { Admission } from './admission.ts';
import { Attempts } from './attempts.ts';
import { Claims } from './claims.ts';
import type { Database } from './database.ts';
import { type DbosRow, runRowOf } from './dbos-row.ts';
import { Departures } from './departures.ts';
import { lateRuns, nextDueAt, wakeDelayed } from './due-runs.ts';
import { type Ending, Endings } from './endings.ts';
import type { Engine } from './engine.ts';
import { Hold } from './hold.ts';
import { Inbox } from './inbox.ts';
import { JournalWriter } from './journal-writer.ts';
import { Moves } from './moves.ts';
import type { NoticeKind } from './notices.ts';
import { Pump } from './pump.ts';
import { type ContextHost, DbosRunContext } from './run-context.ts';
import { Watches } from './watches.ts';
import { Workers } from './workers.ts';

export interface DriverOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly maxLosses: number;
  readonly maxRunning: number;
  readonly cancelGraceMs: number;
  readonly sender: string;
  readonly lock: bigint;
  /** Quoted name of the supervisor's schema. */
  readonly supervision: string;
}

/** `resuming`: only runs whose function is in memory already get a slot. */
export type DriveMode = 'paused' | 'open' | 'resuming' | 'closed';

export class RunDriver implements ContextHost {
  readonly clock: Clock;
  readonly database: Database;
  readonly alarms: Alarms;
  readonly inbox: Inbox;
  readonly watches: Watches;
  readonly writer: JournalWriter;
  readonly claims: Claims;
  readonly departures: Departures;
  readonly functions = new FunctionRegistry();
  readonly #endings: Endings;
  readonly #admission: Admission;
  readonly #workers: Workers;
  readonly #moves: Moves;
  readonly #options: DriverOptions;
  readonly #holds = new Holds<Hold>();
  readonly #attempts = new Attempts();
  readonly #pump: Pump;
  #engine: Engine | undefined;
  #worker = '';
  /** Rings when a delay or a time limit is over, whoever's it is. */
  #due: Alarm | undefined;
  #mode: DriveMode = 'paused';
  #isLost = false;
  #isTicking = false;
  /** Asked for while another one was under way. */
  #wantedTick: 'none' | 'light' | 'thorough' = 'none';

  constructor(options: DriverOptions) {
    const { clock, database, ids, sender, lock } = options;
    const now = (): number => clock.now();
    this.#options = options;
    this.clock = clock;
    this.database = database;
    this.alarms = new Alarms(clock);
    this.inbox = new Inbox(database, sender);
    this.watches = new Watches(database);
    this.writer = new JournalWriter(database);
    this.claims = new Claims(database, lock);
    this.departures = new Departures(database, this.alarms);
    this.#moves = new Moves(database);
    this.#workers = new Workers(database, sender, options.supervision);
    this.#admission = new Admission({ database, ids, now, sender });
    this.#pump = new Pump({
      claims: this.claims,
      clock,
      alarms: this.alarms,
      functions: this.functions,
      claimant: () =>
        this.#isOpen() && !this.#isLost
          ? { worker: this.#worker, isResuming: this.#mode === 'resuming' }
          : undefined,
      room: () => options.maxRunning - this.#holds.working,
      grant: (row) => this.#grant(row),
    });
    this.#endings = new Endings({
      database,
      now,
      sender,
      worker: () => this.#worker,
      onEnd: (rows) => this.#afterEnd(rows),
    });
  }

  /** Joins the workers of the database. */
  async start(engine: Engine): Promise<void> {
    this.#engine = engine;
    await this.#join();
    this.#mode = 'open';
    await this.tick();
  }

  set mode(mode: DriveMode) {
    this.#mode = mode;
    this.poke();
  }

  /** Takes a run in, or finds the one that was meant. */
  async submit(name: string, input: JsonValue, submission: Submission): Promise<string> {
    this.functions.check(name, submission.tenant);
    const { id, isKnown } = await this.#admission.admit(name, input, submission);
    if (!isKnown) this.#afterAdmission(submission);
    return id;
  }

  async submitChild(
    name: string,
    input: JsonValue,
    submission: Submission,
    parent: Hold,
    key: string,
  ): Promise<{ readonly isNoted: boolean }> {
    this.functions.check(name, submission.tenant);
    const { isKnown } = await this.#admission.admit(name, input, submission, parent, key);
    if (!isKnown) this.#afterAdmission(submission);
    return { isNoted: !isKnown };
  }

  async find(tenant: string, id: string): Promise<number | undefined> {
    const row = await this.database.get<{ seq: number }>(
      `SELECT seq FROM ${this.database.schema}.runs WHERE tenant = $1 AND id = $2`,
      [tenant, id],
    );
    return row?.seq;
  }

  guard(signal: AbortSignal): Promise<void> {
    return (this.#engine as Engine).guard(signal);
  }

  /** Ends a run from outside, with its children. Resolves when their functions have returned or the grace is over. */
  async cancel(seq: number, error: OrchestratorError): Promise<void> {
    const ended = await this.#endings.cancel(seq, error);
    const foreign = ended.filter(({ owner }) => owner !== null && owner !== this.#worker);
    await Promise.all([
      this.#returned(ended.map((row) => this.#holds.get(row.seq))),
      this.departures.wait(
        foreign.map((row) => row.seq),
        this.#options.cancelGraceMs,
      ),
    ]);
  }

  /** All that is due: delays, time limits, claims; a thorough one also looks for what no notice has told. */
  async tick(isThorough = true): Promise<void> {
    this.#wantedTick = isThorough || this.#wantedTick === 'thorough' ? 'thorough' : 'light';
    if (this.#isTicking) return;
    this.#isTicking = true;
    try {
      while (this.#wantedTick !== 'none' && this.#mode !== 'closed') {
        const wanted = this.#wantedTick;
        this.#wantedTick = 'none';
        // The database is away, or we were stopped: the next tick tries again.
        await quietly(() => this.#look(wanted === 'thorough'));
        this.poke();
      }
    } finally {
      this.#isTicking = false;
    }
  }

  async #look(isThorough: boolean): Promise<void> {
    if (this.#mode !== 'paused') {
      await this.#workers.sweep();
      await this.#wakeDelayed();
      if (isThorough) await this.#checkHolds();
    }
    if (!isThorough) return;
    await this.inbox.lookForNew();
    this.watches.lookForEnded();
    await this.departures.look();
  }

  /** News from another process. */
  hear(kind: NoticeKind, runs: readonly number[] | undefined): void {
    if (kind === 'signal') for (const run of runs ?? []) this.inbox.look(run);
    if (kind === 'ended') {
      if (runs === undefined) void this.tick();
      else this.#hearOfEnd(runs);
    }
    if (kind === 'moved') void this.tick();
    if (kind !== 'signal') this.poke();
  }

  /** Something may have become ready. */
  poke(): void {
    this.#pump.poke();
  }

  /** Resolves when no function works any more; those that wait don't count. Returns the promise and its undo. */
  whenQuiet(): { readonly quiet: Promise<void>; undo(): void } {
    return this.#holds.whenQuiet();
  }

  /** Interrupts all functions, waits for them within the grace, and leaves their runs to whoever comes next. */
  async stop(reason: OrchestratorError): Promise<void> {
    const hadStarted = this.#mode !== 'paused';
    this.#mode = 'closed';
    const holds = this.#holds.all();
    for (const hold of holds) hold.interrupt(reason);
    await this.#returned(holds);
    // What can't be written now is given back when this process is found dead.
    if (hadStarted) await quietly(() => this.#workers.leave(this.#worker));
    this.watches.stop(reason);
    this.departures.stop();
    this.alarms.clear();
  }

  /** The others have given this process up: what it holds is theirs, and it takes nothing until it {@link rejoin}s. */
  dropAll(): void {
    this.#isLost = true;
    this.#attempts.reset();
    for (const hold of this.#holds.all()) this.#drop(hold, hold.lost());
  }

  /** Goes on as somebody else. */
  async rejoin(): Promise<void> {
    if (this.#mode === 'paused' || this.#mode === 'closed') return;
    this.dropAll();
    await this.#join();
    this.#isLost = false;
    this.poke();
  }

  /** DBOS began this attempt again in this process, though it is somewhere else: whoever can do the run gets it. */
  async handOver(seq: number, token: number): Promise<void> {
    const { database } = this;
    const [row] = await database.all<{ moved: boolean }>(
      `SELECT ${database.schema}.hand_over($1, $2, $3) AS moved`,
      [this.#options.sender, seq, token],
      Infinity,
    );
    if (row?.moved !== true) return;
    await this.#checkHolds();
    this.poke();
  }

  #afterAdmission({ delayMs }: Submission): void {
    if (delayMs > 0 && this.#mode !== 'paused') this.#wakeAt(this.clock.now() + delayMs);
    this.poke();
  }

  /** Looks for what is due at that time, if not before. */
  #wakeAt(at: number): void {
    if (this.#due?.isSet === true && this.#due.at <= at) return;
    this.alarms.cancel(this.#due);
    this.#due = this.alarms.set(Math.max(0, at - this.clock.now()), () => void this.tick(false));
  }

  async #join(): Promise<void> {
    const { executorId } = this.#engine as Engine;
    const worker = `${executorId}/${crypto.randomUUID()}`;
    const { maxLosses } = this.#options;
    await this.#workers.join({
      id: worker,
      executor: executorId,
      abilities: this.functions.abilities,
      maxLosses,
      now: this.clock.now(),
    });
    this.#worker = worker;
  }

  async #wakeDelayed(): Promise<void> {
    const { database } = this;
    const now = this.clock.now();
    await wakeDelayed(database, now);
    for (const { seq, id, timeout_ms: timeoutMs } of await lateRuns(database, now)) {
      const error = endedBy(id, 'timed-out', `did not finish in ${timeoutMs} ms`, { timeoutMs });
      await this.#endings.cancel(seq, error);
      const hold = this.#holds.get(seq);
      if (hold !== undefined) void this.#returned([hold]);
    }
    const next = await nextDueAt(database);
    if (next !== undefined && this.#isOpen()) this.#wakeAt(next);
  }

  #hearOfEnd(runs: readonly number[]): void {
    this.watches.hear(runs);
    if (this.departures.size > 0) void quietly(() => this.departures.look());
    if (runs.some((run) => this.#holds.get(run) !== undefined)) void quietly(() => this.#checkHolds());
  }

  /** Another process may have ended runs whose functions are here, or taken them over; some may be nobody's. */
  async #checkHolds(): Promise<void> {
    const before = new Set(this.#holds.all());
    // What is being claimed has a row and no hold yet.
    const isClaiming = this.#pump.isClaiming;
    const rows = await this.database.all<DbosRow>(
      `SELECT seq, id, token, error, cause, cause_id, losses, history FROM ${this.database.schema}.runs WHERE owner = $1`,
      [this.#worker],
    );
    const bySeq = new Map(rows.map((row) => [row.seq, row]));
    for (const hold of this.#holds.all()) {
      const row = bySeq.get(hold.seq);
      if (!before.has(hold) || hold.hasReturned || row?.token === hold.token) continue;
      const error = row === undefined ? null : runRowOf(row).error;
      if (error === null) this.#drop(hold, hold.lost());
      else if (!hold.isInterrupted()) {
        hold.interrupt(errorFromJson(JSON.parse(error) as ErrorJson));
        void this.#returned([hold]);
      }
    }
    // An answer that got lost on its way: the run was given to us, and nobody works on it.
    if (isClaiming || this.#pump.isClaiming) return;
    const orphans = rows.filter(({ seq }) => this.#holds.get(seq) === undefined);
    if (orphans.length > 0) await this.#workers.release(this.#worker, orphans);
  }

  /** Somebody else has the run: its function here can do no more than return. */
  #drop(hold: Hold, reason: OrchestratorError): void {
    hold.isOurs = false;
    hold.interrupt(reason);
    this.#moves.forget(hold);
    this.#holds.remove(hold);
  }

  #isOpen(): boolean {
    return this.#mode === 'open' || this.#mode === 'resuming';
  }

  #grant(row: RunRow): void {
    const known = this.#holds.get(row.seq);
    if (known !== undefined && known.token === row.token) {
      this.#holds.grant(known);
      return;
    }
    if (row.timeout_ms !== null && row.deadline_at !== null) this.#wakeAt(row.deadline_at);
    const engine = this.#engine as Engine;
    const hold: Hold = new Hold(row, engine.workflowIdOf(row), {
      requestSlot: () => this.#requestSlot(hold),
      releaseSlot: () => this.#suspend(hold),
    });
    this.#holds.add(hold);
    void this.#execute(engine, hold, row);
  }

  /** Has DBOS execute the function; what can't be begun is given back. */
  async #execute(engine: Engine, hold: Hold, row: RunRow): Promise<void> {
    try {
      await this.#attempts.begin(engine, hold, () => this.#run(hold, row));
    } catch {
      if (hold.hasReturned || this.#holds.get(hold.seq) !== hold) return;
      hold.hasReturned = true;
      hold.interrupt(new OrchestratorError('stopped', `DBOS did not begin run "${hold.runId}".`));
      if (hold.isOurs) await quietly(() => this.#workers.release(this.#worker, [hold]));
      this.#leave(hold);
    }
  }

  async #run(hold: Hold, { name, tenant, input }: RunRow): Promise<void> {
    const work = this.functions.find(name, tenant);
    let ending: Ending;
    try {
      if (work === undefined)
        throw new OrchestratorError('not-found', `No function "${name}" is registered.`);
      hold.execution.throwIfOver();
      // A run that starts for the first time has nothing to read.
      const known = hold.token === 1 ? [] : await this.writer.read(hold.seq);
      hold.execution.throwIfOver();
      const output = await work(new DbosRunContext(this, hold, known), JSON.parse(input) as JsonValue);
      ending = { seq: hold.seq, status: 'completed', outputText: toJsonText(output), error: null, hold };
    } catch (error) {
      const reason = errorFromJson(errorToJson(error));
      ending = { seq: hold.seq, status: 'failed', outputText: 'null', error: reason, hold };
    }
    hold.hasReturned = true;
    await quietly(() => this.#settle(hold, ending));
    this.#leave(hold);
  }

  /** Writes how the function ended. What an interrupted one returns is no result. */
  async #settle(hold: Hold, ending: Ending): Promise<void> {
    this.#moves.forget(hold);
    if (!hold.isOurs) return;
    if (hold.isInterrupted()) await this.#workers.release(this.#worker, [hold]);
    else await this.#endings.settle(ending);
  }

  #leave(hold: Hold): void {
    hold.execution.abandonSlot();
    hold.execution.returned();
    this.#holds.remove(hold);
    this.poke();
  }

  #requestSlot(hold: Hold): void {
    hold.isQueued = true;
    this.#move(hold, 'queued');
  }

  #suspend(hold: Hold): void {
    this.#holds.suspend(hold);
    this.#move(hold, 'suspended');
    this.#holds.tellIfQuiet();
  }

  #move(hold: Hold, status: 'queued' | 'suspended'): void {
    this.#moves.set(hold, status).then(
      () => this.poke(),
      (error: OrchestratorError) => hold.interrupt(error),
    );
  }

  #afterEnd(rows: readonly DbosRow[]): void {
    if (rows.length === 0) return;
    for (const row of rows) {
      const hold = this.#holds.get(row.seq);
      if (hold === undefined || hold.hasReturned) continue;
      const { error } = runRowOf(row);
      hold.interrupt(
        error === null
          ? endedBy(hold.runId, 'cancelled', 'was ended')
          : errorFromJson(JSON.parse(error) as ErrorJson),
      );
    }
    this.watches.tell(rows);
    this.poke();
  }

  #returned(holds: readonly (Hold | undefined)[]): Promise<void> {
    const giveUp = (hold: Hold): void => {
      void quietly(() => this.#workers.release(this.#worker, [hold]));
      this.#drop(hold, hold.lost());
    };
    return this.#holds.returned(holds, {
      alarms: this.alarms,
      graceMs: this.#options.cancelGraceMs,
      giveUp,
    });
  }
}

/** Does something that a look or a lease makes good, should the database be away. */
async function quietly(work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!OrchestratorError.isInstance(error)) throw error;
  }
}
