/** What a running function may do, over the backend that drives it. */
import type { ChildReference, RunContext, RunOutcome, StepContext, SubmitOptions } from '../../contracts/backend.ts';
import { raceSignal } from '../../shared/abort.ts';
import { checkFunction, checkInteger, checkNumber, checkObject, checkText } from '../../shared/check.ts';
import type { JsonValue } from '../../shared/json.ts';
import { type Clock, sleep } from '../../shared/time.ts';
import type { RunRecord } from './run-record.ts';

/** What the context needs of the backend. */
export interface ContextHost {
  readonly clock: Clock;
  /** Gives the run's slot back, waits, and takes a slot again. */
  suspend<T>(run: RunRecord, wait: () => Promise<T>): Promise<T>;
  submitChild(parent: RunRecord, id: string, name: string, input: JsonValue, options: Omit<SubmitOptions, 'id' | 'tenant'>): RunRecord;
}

export class MemoryRunContext implements RunContext {
  readonly #run: RunRecord;
  readonly #host: ContextHost;

  constructor(run: RunRecord, host: ContextHost) {
    this.#run = run;
    this.#host = host;
  }

  get runId(): string {
    return this.#run.definition.id;
  }

  get tenant(): string {
    return this.#run.definition.tenant;
  }

  get signal(): AbortSignal {
    return this.#run.controller.signal;
  }

  async step<T extends JsonValue>(
    key: string,
    work: (step: StepContext) => Promise<T>,
    { fingerprint }: { readonly fingerprint?: string } = {},
  ): Promise<T> {
    checkText('key', key);
    checkFunction('work', work);
    this.signal.throwIfAborted();
    const result = await this.#run.journal.step(
      `step:${key}`,
      () => work({ idempotencyKey: `${this.runId}/${key}`, signal: this.signal }),
      { fingerprint, isAborted: () => this.signal.aborted },
    );
    return result as T;
  }

  async sleep(key: string, milliseconds: number): Promise<void> {
    checkText('key', key);
    checkNumber('milliseconds', milliseconds, 0);
    const until = (await this.#note(`sleep:${key}`, () => this.#host.clock.now() + milliseconds)) as number;
    const left = until - this.#host.clock.now();
    if (left > 0) await this.#host.suspend(this.#run, () => sleep(this.#host.clock, left, this.signal));
  }

  async waitForSignal(key: string, name: string, { timeoutMs }: { readonly timeoutMs?: number } = {}): Promise<JsonValue> {
    checkText('key', key);
    checkText('name', name);
    if (timeoutMs !== undefined) checkInteger('timeoutMs', timeoutMs);
    this.signal.throwIfAborted();
    return this.#run.journal.step(`signal:${key}`, () => this.#host.suspend(this.#run, () => this.#receive(name, timeoutMs)), {
      isAborted: () => this.signal.aborted,
    });
  }

  async child(key: string, name: string, input: JsonValue, options: Omit<SubmitOptions, 'id' | 'tenant'>): Promise<ChildReference> {
    checkText('key', key);
    checkObject('options', options);
    this.signal.throwIfAborted();
    const child = this.#host.submitChild(this.#run, `${this.runId}/${key}`, name, input, options);
    return {
      id: child.definition.id,
      outcome: (): Promise<RunOutcome> =>
        child.isFinal ? Promise.resolve(child.outcome) : this.#host.suspend(this.#run, () => raceSignal(child.ended(), this.signal)),
    };
  }

  async now(key: string): Promise<number> {
    return (await this.#note(`now:${checkText('key', key)}`, () => this.#host.clock.now())) as number;
  }

  /** A value that is the same on replay. */
  #note(key: string, value: () => number): Promise<JsonValue> {
    this.signal.throwIfAborted();
    return this.#run.journal.step(key, async () => value());
  }

  async #receive(name: string, timeoutMs: number | undefined): Promise<JsonValue> {
    const { payload, forget } = this.#run.mailbox.take(name);
    if (timeoutMs === undefined) return this.#orAbort(payload, forget);
    const giveUp = new AbortController();
    const late = sleep(this.#host.clock, timeoutMs, giveUp.signal).then(
      (): JsonValue => {
        forget();
        return null;
      },
    );
    late.catch(() => undefined);
    try {
      return await this.#orAbort(Promise.race([payload, late]), forget);
    } finally {
      giveUp.abort();
    }
  }

  async #orAbort(payload: Promise<JsonValue>, forget: () => void): Promise<JsonValue> {
    try {
      return await raceSignal(payload, this.signal);
    } catch (error) {
      forget();
      throw error;
    }
  }
}
