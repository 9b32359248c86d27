/** What a running function may do: steps, waits and children, each remembered in the database under its key. */
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
import { handled } from '../driving/handled.ts';
import type { JournalKind } from '../driving/journal-kind.ts';
import { checkName } from '../driving/names.ts';
import { stepInItself } from '../driving/refusals.ts';
import { resolveSubmission, type Submission } from '../driving/submission.ts';
import type { Hold } from './hold.ts';
import type { Inbox } from './inbox.ts';
import type { JournalEntry, JournalWriter } from './journal-writer.ts';
import { RunJournal } from './run-journal.ts';
import type { Watches } from './watches.ts';

/** What a context asks of the backend. */
export interface ContextHost {
  readonly clock: Clock;
  readonly alarms: Alarms;
  readonly writer: JournalWriter;
  readonly inbox: Inbox;
  readonly watches: Watches;
  /** Resolves when this process may begin work with effects: the others have not given it up. */
  guard(signal: AbortSignal): Promise<void>;
  /** Takes a child in and notes it under the parent's key, in one. */
  submitChild(
    name: string,
    input: JsonValue,
    submission: Submission,
    parent: Hold,
    key: string,
  ): Promise<{ readonly isNoted: boolean }>;
  /** The number of a run of the same tenant; undefined when it is no longer kept. */
  find(tenant: string, id: string): Promise<number | undefined>;
}

export class DbosRunContext implements RunContext {
  readonly #host: ContextHost;
  readonly #hold: Hold;
  readonly #journal: RunJournal;

  /** `known`: the run's journal so far. */
  constructor(host: ContextHost, hold: Hold, known: readonly JournalEntry[]) {
    this.#host = host;
    this.#hold = hold;
    this.#journal = new RunJournal(host.writer, hold, known);
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
    return this.#once('step', key, fingerprint ?? null, async () => {
      const { signal, runId } = this;
      checkFunction('work', work);
      return execution.work(key, async () => {
        await this.#host.guard(signal);
        const confirm = (): Promise<void> => this.#host.guard(signal);
        return work({ idempotencyKey: `${runId}/${key}`, signal, confirm });
      });
    }) as Promise<T>;
  }

  sleep(key: string, milliseconds: number): Promise<void> {
    const { alarms, clock } = this.#host;
    const slept = this.#once('sleep', key, null, async (known) => {
      checkNumber('milliseconds', milliseconds, 0, Number.MAX_SAFE_INTEGER);
      this.#hold.execution.throwIfOver();
      const dueAt = known ?? clock.now() + milliseconds;
      if (known === null) await this.#journal.begin('sleep', key, null, dueAt);
      return this.#hold.execution.wait<null>((wake) => {
        const left = dueAt - clock.now();
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
      const { clock, inbox } = this.#host;
      const { execution } = this.#hold;
      execution.throwIfOver();
      const dueAt = known ?? (timeoutMs === undefined ? null : clock.now() + timeoutMs);
      const isOver = dueAt !== null && dueAt <= clock.now();
      const kept = await this.#hold.guard(() => inbox.take(this.#hold, key, name, isOver));
      if (kept !== undefined) return JSON.parse(kept) as JsonValue;
      if (known === null && dueAt !== null) await this.#journal.begin('signal', key, name, dueAt);
      return JSON.parse(
        await execution.wait<string>((wake) => this.#beginWait(key, name, dueAt, wake)),
      ) as JsonValue;
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
      this.#hold.execution.throwIfOver();
      const submission = resolveSubmission({ ...options, id, tenant: this.tenant });
      await this.#hold.guard(async () => {
        const { isNoted } = await this.#host.submitChild(name, input, submission, this.#hold, key);
        if (!isNoted) await this.#journal.finish('child', key, name, 'null');
      });
      return null;
    });
    return handled(submitted.then(() => ({ id, outcome: () => this.#outcome(id) })));
  }

  now(key: string): Promise<number> {
    return this.#once('now', key, null, async () => {
      this.#hold.execution.throwIfOver();
      return this.#host.clock.now();
    }) as Promise<number>;
  }

  /** One look at a time; what comes meanwhile is looked for again. */
  #beginWait(
    key: string,
    name: string,
    dueAt: number | null,
    wake: (payloadText: string) => void,
  ): () => void {
    const { inbox, alarms, clock } = this.#host;
    let isLooking = false;
    let isDue = false;
    let isWanted = false;
    let isOver = false;
    const look = async (): Promise<void> => {
      isWanted = true;
      if (isLooking) return;
      isLooking = true;
      while (isWanted && !isOver) {
        isWanted = false;
        const payload = await this.#hold.guard(() => inbox.take(this.#hold, key, name, isDue));
        if (payload === undefined) continue;
        isOver = true;
        wake(payload);
      }
      isLooking = false;
    };
    // What goes wrong has interrupted the run, which ends this wait.
    const quietly = (): void => void look().catch(() => undefined);
    const unwatch = inbox.watch(this.#hold.seq, quietly);
    const alarm =
      dueAt === null
        ? undefined
        : alarms.set(dueAt - clock.now(), () => {
            isDue = true;
            quietly();
          });
    // One may have come since it was looked for last.
    quietly();
    return () => {
      isOver = true;
      unwatch();
      alarms.cancel(alarm);
    };
  }

  #outcome(id: string): Promise<RunOutcome> {
    const { watches, find } = this.#host;
    const { execution } = this.#hold;
    const found = async (): Promise<RunOutcome> => {
      const seq = await this.#hold.guard(() => find.call(this.#host, this.tenant, id));
      if (seq === undefined) {
        const message = `The child "${id}" is no longer kept.`;
        throw new OrchestratorError('not-found', message, { details: { runId: id } });
      }
      return execution.wait<RunOutcome>((wake) => watches.add(seq, { ended: wake }));
    };
    return handled(found());
  }

  #once(
    kind: JournalKind,
    key: string,
    fingerprint: string | null,
    work: (dueAt: number | null) => Promise<unknown>,
  ): Promise<JsonValue> {
    try {
      checkName('key', key);
      return this.#journal.once(kind, key, fingerprint, work);
    } catch (error) {
      return handled(Promise.reject(error as Error));
    }
  }
}
