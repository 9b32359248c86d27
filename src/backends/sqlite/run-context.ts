/** What a running function may do: steps, waits and children, each remembered in the file under its key. */
import type {
  ChildReference,
  RunContext,
  RunOutcome,
  StepContext,
  SubmitOptions,
} from '../../contracts/backend.ts';
import { checkFunction, checkNumber } from '../../shared/check.ts';
import { OrchestratorError } from '../../shared/errors.ts';
import type { JsonValue } from '../../shared/json.ts';
import type { Clock } from '../../shared/time.ts';
import type { Alarms } from '../driving/alarms.ts';
import type { Breather } from '../driving/breather.ts';
import { handled } from '../driving/handled.ts';
import type { JournalKind } from '../driving/journal-kind.ts';
import { checkName } from '../driving/names.ts';
import { stepInItself } from '../driving/refusals.ts';
import { resolveSubmission, type Submission } from '../driving/submission.ts';
import type { Database } from './database.ts';
import type { Hold } from './hold.ts';
import type { Inbox } from './inbox.ts';
import { RunJournal } from './run-journal.ts';
import type { Watches } from './watches.ts';

/** What a context asks of the backend. */
export interface ContextHost {
  readonly clock: Clock;
  readonly alarms: Alarms;
  readonly database: Database;
  readonly breather: Breather;
  readonly inbox: Inbox;
  readonly watches: Watches;
  /** `note` is called in the transaction that takes the child in. */
  submitChild(name: string, input: JsonValue, submission: Submission, parent: Hold, note: () => void): void;
}

export class SqliteRunContext implements RunContext {
  readonly #host: ContextHost;
  readonly #hold: Hold;
  #journal: RunJournal | undefined;

  constructor(host: ContextHost, hold: Hold) {
    this.#host = host;
    this.#hold = hold;
  }

  get runId(): string {
    return this.#hold.runId;
  }

  get tenant(): string {
    return this.#hold.tenant;
  }

  get signal(): AbortSignal {
    return this.#hold.execution.signal;
  }

  step<T extends JsonValue>(
    key: string,
    work: (step: StepContext) => Promise<T>,
    { fingerprint }: { readonly fingerprint?: string } = {},
  ): Promise<T> {
    const { execution } = this.#hold;
    // It would wait for itself without end.
    if (execution.isInside(key)) return handled(Promise.reject(stepInItself(this.runId, key)));
    const recorded = this.#once('step', key, fingerprint ?? null, () => {
      const { signal, runId } = this;
      checkFunction('work', work);
      const confirm = async (): Promise<void> => this.#hold.confirm();
      return execution.work(key, () => work({ idempotencyKey: `${runId}/${key}`, signal, confirm }));
    }) as Promise<T>;
    const turn = this.#host.breather.next();
    return turn === undefined ? recorded : handled(turn.then(() => recorded));
  }

  sleep(key: string, milliseconds: number): Promise<void> {
    const { alarms, clock } = this.#host;
    const slept = this.#once('sleep', key, null, (known) => {
      checkNumber('milliseconds', milliseconds, 0, Number.MAX_SAFE_INTEGER);
      this.#hold.execution.throwIfOver();
      const dueAt = known ?? clock.now() + milliseconds;
      if (known === null) this.#journalled().begin('sleep', key, null, dueAt);
      const left = dueAt - clock.now();
      return this.#hold.execution.wait<null>((wake) => {
        if (left <= 0) wake(null);
        const alarm = left <= 0 ? undefined : alarms.set(left, () => wake(null));
        return () => alarms.cancel(alarm);
      });
    });
    return handled(slept.then(() => undefined));
  }

  waitForSignal(
    key: string,
    name: string,
    { timeoutMs }: { readonly timeoutMs?: number } = {},
  ): Promise<JsonValue> {
    return this.#once('signal', key, name, async (known) => {
      checkName('name', name);
      if (timeoutMs !== undefined) checkNumber('timeoutMs', timeoutMs, 0, Number.MAX_SAFE_INTEGER);
      const payload = await this.#hold.execution.wait<string>((wake) =>
        this.#beginWait(key, name, timeoutMs, known, wake),
      );
      return JSON.parse(payload) as JsonValue;
    });
  }

  child(
    key: string,
    name: string,
    input: JsonValue,
    options: Omit<SubmitOptions, 'id' | 'tenant'>,
  ): Promise<ChildReference> {
    const id = `${this.runId}/${key}`;
    const submitted = this.#once('child', key, name, async () => {
      const { execution } = this.#hold;
      execution.throwIfOver();
      const submission = resolveSubmission({ ...options, id, tenant: this.tenant });
      this.#hold.guard(() =>
        this.#host.submitChild(name, input, submission, this.#hold, () =>
          this.#journalled().finish('child', key, name, 'null'),
        ),
      );
      return null;
    });
    return handled(submitted.then(() => ({ id, outcome: () => this.#outcome(id) })));
  }

  now(key: string): Promise<number> {
    return this.#once('now', key, null, () => {
      this.#hold.execution.throwIfOver();
      return Promise.resolve(this.#host.clock.now());
    }) as Promise<number>;
  }

  #beginWait(
    key: string,
    name: string,
    timeoutMs: number | undefined,
    known: number | null,
    wake: (payloadText: string) => void,
  ): () => void {
    const { inbox, alarms, clock } = this.#host;
    const journal = this.#journalled();
    const { seq } = this.#hold;
    let isServed = false;
    let undo = (): void => undefined;
    const serve = (payload: string): void => {
      isServed = true;
      undo();
      wake(payload);
    };
    const look = (): void => {
      if (isServed) return;
      const payload = this.#hold.guard(() =>
        inbox.take(seq, name, (text) => journal.finish('signal', key, name, text)),
      );
      if (payload !== undefined) serve(payload);
    };
    const giveUp = (): void => {
      look();
      if (isServed) return;
      journal.finish('signal', key, name, 'null');
      serve('null');
    };
    look();
    if (isServed) return undo;
    const dueAt = known ?? (timeoutMs === undefined ? null : clock.now() + timeoutMs);
    if (dueAt !== null && dueAt <= clock.now()) {
      giveUp();
      return undo;
    }
    if (known === null && dueAt !== null) journal.begin('signal', key, name, dueAt);
    // What goes wrong when an alarm rings or a signal comes has interrupted the run already.
    const quietly = (act: () => void) => (): void => {
      try {
        act();
      } catch (error) {
        if (!this.#hold.isInterrupted()) throw error;
      }
    };
    const unwatch = inbox.watch(seq, quietly(look));
    const alarm = dueAt === null ? undefined : alarms.set(dueAt - clock.now(), quietly(giveUp));
    undo = () => {
      unwatch();
      alarms.cancel(alarm);
    };
    return () => undo();
  }

  #outcome(id: string): Promise<RunOutcome> {
    const { database, watches } = this.#host;
    const child = database.get<{ seq: number }>(
      'SELECT seq FROM runs WHERE tenant = ? AND id = ?',
      this.tenant,
      id,
    );
    if (child === undefined) {
      const message = `The child "${id}" is no longer kept.`;
      return handled(Promise.reject(new OrchestratorError('not-found', message, { details: { runId: id } })));
    }
    return handled(this.#hold.execution.wait<RunOutcome>((wake) => watches.add(child.seq, { ended: wake })));
  }

  #journalled(): RunJournal {
    this.#journal ??= new RunJournal(this.#host.database, this.#hold);
    return this.#journal;
  }

  #once(
    kind: JournalKind,
    key: string,
    fingerprint: string | null,
    work: (dueAt: number | null) => Promise<unknown>,
  ): Promise<JsonValue> {
    try {
      checkName('key', key);
      return this.#journalled().once(kind, key, fingerprint, work);
    } catch (error) {
      return handled(Promise.reject(error as Error));
    }
  }
}
