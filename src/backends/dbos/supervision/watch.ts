/** Watches the other executors, declares the silent ones dead, and puts what they left behind back into the queues. */
import type { Link } from './link.ts';
import { type BeatTerms, type FromThread, monotonicNow } from './messages.ts';
import { Silence, type Silent } from './silence.ts';

/** The dead, and what was taken from them, are kept this long at least. */
const KEPT_DAYS = 30;
/** Before its first sign of life an executor has no runs yet: on a busy machine it may be long in coming. */
const BIRTH_MS = 60_000;
const FORGET_EVERY_MS = 3_600_000;
/** Whose session was ended gives its locks back a moment later. */
const AGAIN_MS = 50;

export class Watch {
  readonly #link: Link;
  readonly #terms: BeatTerms;
  readonly #tell: (message: FromThread) => void;
  readonly #tickMs: number;
  readonly #silence: Silence;
  #isWatching = false;
  #pulse = 0;
  #blockedMs = 0;
  #askedVersionsAt = 0;
  #forgotAt = monotonicNow();

  constructor(link: Link, terms: BeatTerms, tell: (message: FromThread) => void) {
    this.#link = link;
    this.#terms = terms;
    this.#tell = tell;
    this.#tickMs = Math.max(terms.beatMs / 2, 5);
    this.#silence = new Silence(this.#tickMs * 2);
  }

  /** The others are watched from now on. */
  begin(): void {
    this.#isWatching = true;
  }

  async run(): Promise<void> {
    for (let last = monotonicNow(); ; ) {
      const now = monotonicNow();
      const isGivenUp = this.#feelPulse(Math.min(now - last, this.#tickMs * 2));
      last = now;
      let rest = this.#tickMs;
      try {
        if (isGivenUp) {
          await this.#giveUp();
          return;
        }
        if (this.#isWatching && (await this.#tick()) > 0) rest = Math.min(rest, AGAIN_MS);
      } catch {
        // Whoever could not reach the database either had no chance to be seen.
        this.#silence.forget();
      }
      await new Promise((resolve) => setTimeout(resolve, rest));
    }
  }

  /** How many were declared dead. */
  async #tick(): Promise<number> {
    const { schema, application, executorId } = this.#terms;
    const alive = await this.#link.query<{ id: string; beat: string; leaseMs: number }>(
      `SELECT id, beat::text AS beat,
         CASE WHEN beat = 0 THEN GREATEST(lease_ms, ${BIRTH_MS}) ELSE lease_ms END AS "leaseMs" FROM ${schema}.executors
       WHERE state = 'alive' AND application = $1 AND id <> $2`,
      [application, executorId],
    );
    let buried = 0;
    for (const silent of this.#silence.look(monotonicNow(), alive)) {
      if (await this.#bury(silent)) buried += 1;
    }
    await this.#sweep();
    await this.#askForVersions();
    await this.#forgetOld();
    return buried;
  }

  async #bury({ id, beat, silentMs }: Silent): Promise<boolean> {
    const runs = await this.#takeTurn(id, beat);
    if (runs === null || runs < 0) return false;
    this.#event({ type: 'executor-buried', executorId: id, runs, silentMs: Math.round(silentMs) });
    return true;
  }

  /** For ever: one that sleeps may wake and claim something before it learns that it is dead. */
  async #sweep(): Promise<void> {
    const { schema, dbos, application } = this.#terms;
    const stranded = await this.#link.query(
      `SELECT 1 FROM ${dbos}.workflow_status AS w JOIN ${schema}.executors AS e ON e.id = w.executor_id
       WHERE w.status = 'PENDING' AND e.state = 'dead' AND e.application = $1 LIMIT 1`,
      [application],
    );
    if (stranded.length === 0) return;
    const runs = await this.#takeTurn(null, null);
    if (runs !== null && runs > 0) this.#event({ type: 'runs-swept', runs });
  }

  async #takeTurn(id: string | null, beat: string | null): Promise<number | null> {
    const { schema, application, lock } = this.#terms;
    const [row] = await this.#link.query<{ runs: number | null }>(
      `SELECT ${schema}.take_turn($1, $2, $3, $4) AS runs`,
      [lock, application, id, beat],
    );
    return row?.runs ?? null;
  }

  /** Runs of a version that nobody has wait for ever, and look like any others. */
  async #askForVersions(): Promise<void> {
    const { schema, dbos, application, leaseMs } = this.#terms;
    if (monotonicNow() - this.#askedVersionsAt < leaseMs * 4) return;
    this.#askedVersionsAt = monotonicNow();
    const missing = await this.#link.query<{ version: string; runs: number }>(
      `SELECT w.application_version AS version, count(*)::integer AS runs FROM ${dbos}.workflow_status AS w
       WHERE w.status = 'ENQUEUED' AND w.application_name = $1 AND w.application_version IS NOT NULL
         AND w.application_version NOT IN (SELECT version FROM ${schema}.executors WHERE state = 'alive' AND application = $1)
       GROUP BY w.application_version LIMIT 20`,
      [application],
    );
    for (const { version, runs } of missing) this.#event({ type: 'version-missing', version, runs });
  }

  async #forgetOld(): Promise<void> {
    if (monotonicNow() - this.#forgotAt < FORGET_EVERY_MS) return;
    this.#forgotAt = monotonicNow();
    await this.#link.query(
      `SELECT ${this.#terms.schema}.forget(now() - make_interval(days => ${KEPT_DAYS}))`,
      [],
    );
  }

  /** Whether the main thread did nothing for too long. Time in which this thread slept too does not count. */
  #feelPulse(passedMs: number): boolean {
    const pulse = Atomics.load(this.#terms.pulse, 0);
    this.#blockedMs = pulse === this.#pulse ? this.#blockedMs + passedMs : 0;
    this.#pulse = pulse;
    return this.#blockedMs > this.#terms.maxBlockedMs;
  }

  async #giveUp(): Promise<void> {
    const { schema, executorId } = this.#terms;
    await this.#link.query(`SELECT ${schema}.bury($1, NULL)`, [executorId]);
    this.#tell({ type: 'lost', reason: 'blocked' });
  }

  #event(event: Extract<FromThread, { type: 'event' }>['event']): void {
    this.#tell({ type: 'event', event });
  }
}
