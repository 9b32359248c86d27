/** Runs functions: claims, executes, ends, and keeps this process's part of the file in step with the others. */
import type { RunFunction } from '../../contracts/backend.ts';
import { type ErrorJson, errorFromJson, errorToJson, type OrchestratorError } from '../../shared/errors.ts';
import type { IdSource } from '../../shared/ids.ts';
import type { JsonValue } from '../../shared/json.ts';
import type { Clock } from '../../shared/time.ts';
import { type Alarm, Alarms } from '../driving/alarms.ts';
import { Breather } from '../driving/breather.ts';
import { Holds } from '../driving/holds.ts';
import { toJsonText } from '../driving/json-text.ts';
import { FunctionRegistry } from '../driving/registry.ts';
import { endedBy, type RunRow } from '../driving/run-row.ts';
import type { Submission } from '../driving/submission.ts';
import { Abilities } from './abilities.ts';
import { Admission, type Admitted } from './admission.ts';
import { Claims } from './claims.ts';
import type { Database } from './database.ts';
import { Departures } from './departures.ts';
import { lateRuns, nextDelayed, wakeDelayed } from './due-runs.ts';
import { type Ending, Endings } from './endings.ts';
import { Hold } from './hold.ts';
import { Inbox } from './inbox.ts';
import { type DriveMode, Pump } from './pump.ts';
import { type ContextHost, SqliteRunContext } from './run-context.ts';
import { attempt } from './storage-error.ts';
import { Watches } from './watches.ts';
import { Workers } from './workers.ts';

export interface DriverOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly leaseMs: number;
  readonly pollMs: number;
  readonly maxLosses: number;
  readonly maxRunning: number;
  readonly cancelGraceMs: number;
}

/** Submissions and steps written in a row; then the event loop gets its turn, so that the lease is kept. */
const WRITES_PER_TURN = 100;

export class RunDriver implements ContextHost {
  readonly clock: Clock;
  readonly database: Database;
  readonly alarms: Alarms;
  readonly inbox: Inbox;
  readonly watches: Watches;
  readonly functions = new FunctionRegistry();
  readonly breather = new Breather(WRITES_PER_TURN);
  readonly departures: Departures;
  readonly #endings: Endings;
  readonly #admission: Admission;
  readonly #workers: Workers;
  readonly #pump: Pump;
  readonly #options: DriverOptions;
  readonly #holds = new Holds<Hold>();
  /** Runs that could not be written to: given back as soon as the file can be written. */
  readonly #toRelease = new Set<Hold>();
  #worker = '';
  /** From joining the workers of the file to leaving them. */
  #isMember = false;
  #abilities: Abilities;
  /** Rings when the next delayed run is due. */
  #delay: Alarm | undefined;
  #renewAt = 0;

  constructor(options: DriverOptions) {
    const { clock, database, ids, leaseMs, pollMs, maxLosses } = options;
    const now = (): number => clock.now();
    this.#options = options;
    this.clock = clock;
    this.database = database;
    this.alarms = new Alarms(clock);
    this.inbox = new Inbox(database);
    this.watches = new Watches(database);
    this.departures = new Departures(database, this.alarms);
    this.#abilities = new Abilities(this.functions);
    this.#endings = new Endings(database, now);
    this.#admission = new Admission({ database, endings: this.#endings, ids, now });
    this.#pump = new Pump({
      claims: new Claims(database, pollMs),
      clock,
      alarms: this.alarms,
      room: () => this.#options.maxRunning - this.#holds.working,
      claimant: () => ({ worker: this.#worker, abilities: this.#abilities }),
      grant: (row) => this.#grant(row),
    });
    this.#workers = new Workers({ database, endings: this.#endings, leaseMs, maxLosses });
  }

  /** Joins the workers of the file. */
  start(): void {
    this.#abilities = new Abilities(this.functions);
    this.#join();
    this.#pump.mode = 'open';
    // From here on it works: what this look can't do, the next one does.
    attempt(() => this.tick());
  }

  set mode(mode: DriveMode) {
    this.#pump.mode = mode;
  }

  /** Takes a run in, or finds the one that was meant. */
  submit(name: string, input: JsonValue, submission: Submission): string {
    this.functions.check(name, submission.tenant);
    const admitted = this.#admission.admit(name, input, submission);
    this.#afterAdmission(admitted, submission);
    return admitted.id;
  }

  submitChild(name: string, input: JsonValue, submission: Submission, parent: Hold, note: () => void): void {
    this.functions.check(name, submission.tenant);
    const admitted = this.database.transaction(() => {
      note();
      return this.#admission.admit(name, input, submission, { seq: parent.seq, id: parent.runId });
    });
    this.#afterAdmission(admitted, submission);
  }

  /** Ends a run from outside, with its children. Resolves when their functions have returned or the grace is over. */
  async cancel(seq: number, error: OrchestratorError): Promise<void> {
    const ended = this.#endings.end(this.#endings.cancellation(seq, error));
    this.#afterEnd(ended);
    const seqs = ended.map((ending) => ending.seq);
    await Promise.all([
      this.#returned(seqs.map((each) => this.#holds.get(each))),
      this.departures.wait(seqs, this.#worker, this.#options.cancelGraceMs),
    ]);
  }

  /** All that is due: the lease, other processes' lost runs, delays, time limits, news from other processes, claims. */
  tick(): void {
    // Also while it stops: functions that have grace are still at work.
    if (this.#isMember) this.#keepLease();
    if (this.#pump.isGoing) {
      if (!this.#isMember) this.#join();
      for (const hold of [...this.#toRelease]) this.#release(hold);
      this.#afterEnd(this.#workers.reclaim(this.clock.now()));
      this.#wakeDelayed();
    }
    this.database.onForeignChange(() => {
      this.#checkHolds();
      this.inbox.lookForNew();
      this.watches.lookForEnded();
      this.departures.look();
    });
    this.poke();
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
    this.#pump.mode = 'closed';
    const holds = this.#holds.all();
    for (const hold of holds) hold.interrupt(reason);
    await this.#returned(holds);
    // What can't be written now is given back by the lease that runs out.
    if (this.#isMember) attempt(() => this.#workers.leave(this.#worker));
    this.#isMember = false;
    this.watches.stop(reason);
    this.departures.stop();
    this.alarms.clear();
  }

  #afterAdmission({ ended }: Admitted, { delayMs }: Submission): void {
    this.#afterEnd(ended);
    if (delayMs > 0) this.#dueBy(this.clock.now() + delayMs);
    this.poke();
  }

  #join(): void {
    const now = this.clock.now();
    this.#worker = `worker-${crypto.randomUUID()}`;
    this.#workers.join(this.#worker, this.#abilities.text, now);
    this.#isMember = true;
    this.#renewAt = now + this.#options.leaseMs / 3;
  }

  #keepLease(): void {
    const now = this.clock.now();
    if (now < this.#renewAt) return;
    if (this.#workers.renew(this.#worker, now)) {
      this.#renewAt = now + this.#options.leaseMs / 3;
      return;
    }
    this.#startAnew();
  }

  /** An alarm rings outside of any call: what goes wrong there is done again by the next tick. */
  #due(): void {
    attempt(() => {
      this.#wakeDelayed();
      const next = nextDelayed(this.database);
      if (next !== undefined) this.#dueBy(next);
    });
    this.poke();
  }

  /** One alarm for all delays: the first of them sets the next. */
  #dueBy(at: number): void {
    if (!this.#pump.isGoing) return;
    if (this.#delay?.isSet === true && this.#delay.at <= at) return;
    this.alarms.cancel(this.#delay);
    this.#delay = this.alarms.set(Math.max(0, at - this.clock.now()), () => this.#due());
  }

  #wakeDelayed(): void {
    const now = this.clock.now();
    wakeDelayed(this.database, now);
    for (const { seq, id, timeout_ms: timeoutMs } of lateRuns(this.database, now)) {
      const error = endedBy(id, 'timed-out', `did not finish in ${timeoutMs} ms`, { timeoutMs });
      this.#afterEnd(this.#endings.end(this.#endings.cancellation(seq, error)));
      const hold = this.#holds.get(seq);
      if (hold !== undefined) void this.#returned([hold]);
    }
  }

  /** Another process may have ended runs whose functions are here, or taken all of them over. */
  #checkHolds(): void {
    if (this.#holds.size === 0) return;
    if (!this.#workers.isKnown(this.#worker)) {
      this.#startAnew();
      return;
    }
    const ended = this.database.all<RunRow>(
      'SELECT seq, error FROM runs WHERE owner = ? AND owner IS NOT NULL AND completed_at IS NOT NULL',
      this.#worker,
    );
    for (const { seq, error } of ended) {
      const hold = this.#holds.get(seq);
      if (hold === undefined || hold.hasReturned || hold.isInterrupted()) continue;
      hold.interrupt(error === null ? hold.lost() : errorFromJson(JSON.parse(error) as ErrorJson));
      void this.#returned([hold]);
    }
  }

  /** Others took us for dead: what we hold is theirs now. We go on as somebody else. */
  #startAnew(): void {
    for (const hold of this.#holds.all()) this.#drop(hold, hold.lost());
    this.#isMember = false;
    if (this.#pump.isGoing) this.#join();
  }

  #remove(hold: Hold): void {
    this.alarms.cancel(hold.deadline);
    this.#holds.remove(hold);
  }

  /** Somebody else has the run: its function here can do no more than return. */
  #drop(hold: Hold, reason: OrchestratorError): void {
    hold.isOurs = false;
    hold.interrupt(reason);
    this.#remove(hold);
  }

  #grant(row: RunRow): void {
    const known = this.#holds.get(row.seq);
    if (known !== undefined && known.token === row.token) {
      this.#holds.grant(known);
      return;
    }
    const hold: Hold = new Hold(this.database, row, {
      requestSlot: () => this.#requestSlot(hold),
      releaseSlot: () => this.#suspend(hold),
    });
    if (row.deadline_at !== null)
      hold.deadline = this.alarms.set(Math.max(0, row.deadline_at - this.clock.now()), () => this.#due());
    this.#holds.add(hold);
    void this.#run(hold, row);
  }

  async #run(hold: Hold, { name, tenant, input }: RunRow): Promise<void> {
    const work = this.functions.find(name, tenant) as RunFunction;
    let ending: Ending;
    try {
      const output = await work(new SqliteRunContext(this, hold), JSON.parse(input) as JsonValue);
      ending = { seq: hold.seq, status: 'completed', outputText: toJsonText(output), error: null };
    } catch (error) {
      ending = {
        seq: hold.seq,
        status: 'failed',
        outputText: 'null',
        error: errorFromJson(errorToJson(error)),
      };
    }
    hold.hasReturned = true;
    this.#settle(hold, ending);
    hold.execution.abandonSlot();
    hold.execution.returned();
    this.#remove(hold);
    this.poke();
  }

  /** Writes how the function ended. What an interrupted one returns is no result. */
  #settle(hold: Hold, ending: Ending): void {
    if (!hold.isOurs || this.database.isClosed) return;
    if (hold.isInterrupted()) {
      this.#release(hold);
      return;
    }
    try {
      const ended = this.#endings.endReturned(ending, hold.token);
      // Somebody has ended it meanwhile: its slot is still to be given back.
      if (ended === undefined) this.#workers.release(hold, this.#worker);
      else this.#afterEnd(ended);
    } catch {
      this.#toRelease.add(hold);
    }
  }

  /** Gives a run back: to all when it is open, otherwise its slot. When the file can't be written, a tick tries again. */
  #release(hold: Hold): void {
    try {
      this.#workers.release(hold, this.#worker);
      this.#toRelease.delete(hold);
    } catch {
      this.#toRelease.add(hold);
    }
  }

  #requestSlot(hold: Hold): void {
    hold.isQueued = true;
    this.#move(hold, 'queued');
    this.poke();
  }

  #suspend(hold: Hold): void {
    this.#holds.suspend(hold);
    this.#move(hold, 'suspended');
    this.#holds.tellIfQuiet();
    this.poke();
  }

  #move(hold: Hold, status: 'queued' | 'suspended'): void {
    try {
      this.database.run(
        'UPDATE runs SET status = ?, slot = 0 WHERE seq = ? AND token = ? AND completed_at IS NULL',
        status,
        hold.seq,
        hold.token,
      );
    } catch (error) {
      hold.interrupt(error as OrchestratorError);
    }
  }

  #afterEnd(ended: readonly Ending[]): void {
    if (ended.length === 0) return;
    const seqs = ended.map(({ seq }) => seq);
    for (const { seq, error } of ended) {
      const hold = this.#holds.get(seq);
      if (hold !== undefined && !hold.hasReturned)
        hold.interrupt(error ?? endedBy(hold.runId, 'cancelled', 'was ended'));
    }
    this.watches.tell(seqs);
    this.poke();
  }

  #returned(holds: readonly (Hold | undefined)[]): Promise<void> {
    const giveUp = (hold: Hold): void => {
      this.#release(hold);
      this.#drop(hold, hold.lost());
    };
    return this.#holds.returned(holds, {
      alarms: this.alarms,
      graceMs: this.#options.cancelGraceMs,
      giveUp,
    });
  }
}
