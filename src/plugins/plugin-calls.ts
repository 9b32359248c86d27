/** Calls of plugins: each has a limit of time, and whatever goes wrong is told, counted, and stays with the plugin. */
import type { Logger } from '../observability/logger.ts';
import { raceSignal } from '../shared/abort.ts';
import { errorToJson, OrchestratorError } from '../shared/errors.ts';
import { type Clock, deadline } from '../shared/time.ts';
import type { PluginEntry } from './plugin-entry.ts';

export interface PluginCallServices {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly onFailure: (plugin: string, error: OrchestratorError) => void;
}

export class PluginCalls {
  readonly #services: PluginCallServices;
  /** Errors that were made here and name their plugin: what a plugin throws may look like one. */
  readonly #own = new WeakSet<object>();

  constructor(services: PluginCallServices) {
    this.#services = services;
  }

  /** What `work` gives, or undefined where it failed or took longer than `milliseconds`. Never rejects. */
  async ask<T>(
    entry: PluginEntry,
    what: string,
    milliseconds: number,
    work: () => T | Promise<T>,
  ): Promise<T | undefined> {
    try {
      return await this.call(entry, what, milliseconds, work);
    } catch (error) {
      this.fail(entry, error);
      return undefined;
    }
  }

  /** The same, but rejects, and gives up as soon as `signal` aborts. */
  async call<T>(
    entry: PluginEntry,
    what: string,
    milliseconds: number,
    work: () => T | Promise<T>,
    signal?: AbortSignal,
  ): Promise<T> {
    const beganAt = performance.now();
    const answer = (async () => work())();
    this.checkBlocking(entry, what, milliseconds, performance.now() - beganAt);
    const limit = deadline(this.#services.clock, milliseconds, what);
    const giveUp = signal === undefined ? limit.signal : AbortSignal.any([limit.signal, signal]);
    entry.inHand.add(answer);
    try {
      return await raceSignal(answer, giveUp);
    } catch (error) {
      if (!limit.signal.aborted) throw error;
      entry.overdue.add(answer);
      const back = (): boolean => entry.overdue.delete(answer);
      answer.then(back, back);
      throw this.#tooLong(entry, what, milliseconds, error);
    } finally {
      limit.clear();
      entry.inHand.delete(answer);
    }
  }

  /** Nobody can take a turn away from what holds the process up, but it gets no second one. */
  checkBlocking(entry: PluginEntry, what: string, milliseconds: number, tookMs: number): void {
    if (tookMs <= milliseconds) return;
    entry.state = 'failed';
    this.fail(
      entry,
      this.#tooLong(
        entry,
        what,
        milliseconds,
        new OrchestratorError(
          'timed-out',
          `${what} held the whole process up for ${Math.round(tookMs)} ms, over the ${milliseconds} it may take.`,
        ),
      ),
    );
  }

  /** Waits for the calls in hand, `milliseconds` at most. */
  async settle({ inHand }: PluginEntry, milliseconds: number): Promise<void> {
    if (inHand.size === 0) return;
    const limit = deadline(this.#services.clock, milliseconds, 'The calls in hand');
    await raceSignal(Promise.allSettled(inHand), limit.signal).catch(() => undefined);
    limit.clear();
  }

  /** Notes and tells what a plugin threw. Never throws, whatever that was. */
  fail(entry: PluginEntry, cause: unknown): void {
    const { name } = entry.metadata;
    const isOurs = this.#own.has(cause as object);
    const { message } = errorToJson(cause);
    const error = isOurs
      ? (cause as OrchestratorError)
      : new OrchestratorError(
          'plugin-failed',
          `Plugin ${name} failed: ${typeof cause === 'string' ? cause : message}`,
          { cause, details: { plugin: name } },
        );
    entry.error = errorToJson(error);
    entry.failureCount += 1;
    try {
      this.#services.logger.error({ plugin: name, error: entry.error }, 'a plugin failed');
      this.#services.onFailure(name, error);
    } catch {
      // Who is told of a failure must not fail the work.
    }
  }

  /** The same for one that may not start, with the reason as it is. */
  refuse(entry: PluginEntry, error: OrchestratorError): void {
    entry.state = 'failed';
    this.#own.add(error);
    this.fail(entry, error);
  }

  #tooLong(
    { metadata: { name } }: PluginEntry,
    what: string,
    milliseconds: number,
    cause: unknown,
  ): OrchestratorError {
    const error = new OrchestratorError(
      'plugin-failed',
      `Plugin ${name} failed: ${errorToJson(cause).message}`,
      { cause, details: { plugin: name, call: what, milliseconds } },
    );
    this.#own.add(error);
    return error;
  }
}
