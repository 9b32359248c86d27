/** What a running function may do: steps, waits and children, each remembered under its key. */
import type {
  ChildReference,
  RunContext,
  RunOutcome,
  StepContext,
  SubmitOptions,
} from '../../contracts/backend.ts';
import { checkFunction, checkNumber } from '../../shared/check.ts';
import type { JsonValue } from '../../shared/json.ts';
import { handled } from '../driving/handled.ts';
import { checkName } from '../driving/names.ts';
import { stepInItself } from '../driving/refusals.ts';
import type { RunExecution } from '../driving/run-execution.ts';
import { resolveSubmission } from '../driving/submission.ts';
import { Journal } from './journal.ts';
import type { RunDriver } from './run-driver.ts';
import { RunInbox } from './run-inbox.ts';
import type { RunRecord } from './run-record.ts';

export class MemoryRunContext implements RunContext {
  readonly #driver: RunDriver;
  readonly #run: RunRecord;
  readonly #execution: RunExecution;
  readonly #children = new Map<string, RunRecord>();
  #journal: Journal | undefined;

  constructor(driver: RunDriver, run: RunRecord, execution: RunExecution) {
    this.#driver = driver;
    this.#run = run;
    this.#execution = execution;
  }

  get runId(): string {
    return this.#run.terms.id;
  }

  get tenant(): string {
    return this.#run.terms.tenant;
  }

  get signal(): AbortSignal {
    return this.#execution.signal;
  }

  step<T extends JsonValue>(
    key: string,
    work: (step: StepContext) => Promise<T>,
    { fingerprint }: { readonly fingerprint?: string } = {},
  ): Promise<T> {
    // It would wait for itself without end.
    if (this.#execution.isInside(key)) return handled(Promise.reject(stepInItself(this.runId, key)));
    return this.#once('step', key, fingerprint ?? null, () => {
      const { signal, runId } = this;
      checkFunction('work', work);
      const confirm = async (): Promise<void> => this.#execution.throwIfOver();
      return this.#execution.work(key, () => work({ idempotencyKey: `${runId}/${key}`, signal, confirm }));
    }) as Promise<T>;
  }

  sleep(key: string, milliseconds: number): Promise<void> {
    const { alarms } = this.#driver;
    const slept = this.#once('sleep', key, null, () => {
      checkNumber('milliseconds', milliseconds, 0, Number.MAX_SAFE_INTEGER);
      return this.#execution.wait<null>((wake) => {
        if (milliseconds === 0) wake(null);
        const alarm = milliseconds === 0 ? undefined : alarms.set(milliseconds, () => wake(null));
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
    const { alarms } = this.#driver;
    return this.#once('signal', key, name, async () => {
      checkName('name', name);
      if (timeoutMs !== undefined) checkNumber('timeoutMs', timeoutMs, 0, Number.MAX_SAFE_INTEGER);
      const payload = await this.#execution.wait<string>((wake) => {
        this.#run.inbox ??= new RunInbox();
        const undo = this.#run.inbox.take(name, wake);
        // A look into the inbox that waits for nothing needs no alarm.
        if (timeoutMs === 0) wake('null');
        const alarm = timeoutMs ? alarms.set(timeoutMs, () => wake('null')) : undefined;
        return () => {
          undo();
          alarms.cancel(alarm);
        };
      });
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
    const submitted = this.#once('child', key, name, () => this.#submit(id, key, name, input, options));
    return handled(submitted.then(() => ({ id, outcome: () => this.#outcome(key) })));
  }

  now(key: string): Promise<number> {
    return this.#once('now', key, null, () => Promise.resolve(this.#driver.clock.now())) as Promise<number>;
  }

  async #submit(
    id: string,
    key: string,
    name: string,
    input: JsonValue,
    options: Omit<SubmitOptions, 'id' | 'tenant'>,
  ): Promise<null> {
    this.#execution.throwIfOver();
    const submission = resolveSubmission({ ...options, id, tenant: this.tenant });
    this.#children.set(key, this.#driver.submit(name, input, submission, this.#run));
    return null;
  }

  #outcome(key: string): Promise<RunOutcome> {
    const child = this.#children.get(key) as RunRecord;
    return handled(this.#execution.wait<RunOutcome>((wake) => child.onEnd(wake)));
  }

  #once(
    kind: Parameters<Journal['once']>[0],
    key: string,
    fingerprint: string | null,
    work: () => Promise<unknown>,
  ): Promise<JsonValue> {
    try {
      checkName('key', key);
    } catch (error) {
      return handled(Promise.reject(error as Error));
    }
    this.#journal ??= new Journal(this.runId);
    return this.#journal.once(kind, key, fingerprint, work);
  }
}
