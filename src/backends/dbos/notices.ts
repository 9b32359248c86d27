/**
 * News from other processes over one connection that listens. What is missed while it is away is found by looking, as
 * at any other time.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from './database.ts';

export type NoticeKind = 'ready' | 'ended' | 'signal' | 'moved';

export interface NoticesOptions {
  readonly database: Database;
  readonly channel: string;
  /** News with this name is our own. */
  readonly sender: string;
  /** `runs` are the runs it is about; undefined when they are too many to tell. */
  readonly onNotice: (kind: NoticeKind, runs: readonly number[] | undefined) => void;
  /** It listens again after it did not: anything may have happened. */
  readonly onReturn: () => void;
}

const PAUSE_MS = 500;

export class Notices {
  readonly #options: NoticesOptions;
  readonly #closing = new AbortController();
  #listening: Promise<void> | undefined;
  #isListening = false;

  constructor(options: NoticesOptions) {
    this.#options = options;
  }

  /** True while no news can be missed. */
  get isListening(): boolean {
    return this.#isListening;
  }

  /** Listens until it is closed; a connection that is lost is made again. */
  start(): void {
    this.#listening ??= this.#listen();
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#listening;
  }

  async #listen(): Promise<void> {
    const { signal } = this.#closing;
    while (!signal.aborted) {
      try {
        await this.#listenOnce(signal);
      } catch {
        await sleep(PAUSE_MS, undefined, { signal, ref: false }).catch(() => undefined);
      }
    }
  }

  async #listenOnce(signal: AbortSignal): Promise<void> {
    const { database, channel, onReturn } = this.#options;
    const client = await (await database.pool()).connect();
    const { promise: isOver, resolve, reject } = Promise.withResolvers<void>();
    const stop = (): void => resolve();
    try {
      client.on('error', () => reject(new Error('The listening connection was lost.')));
      client.on('end', () => reject(new Error('The listening connection has ended.')));
      client.on('notification', ({ payload = '' }) => this.#hear(payload));
      await client.query(`LISTEN ${channel}`);
      this.#isListening = true;
      onReturn();
      signal.addEventListener('abort', stop, { once: true });
      if (signal.aborted) stop();
      await isOver;
    } finally {
      this.#isListening = false;
      signal.removeEventListener('abort', stop);
      client.removeAllListeners();
      client.on('error', () => undefined);
      client.release(true);
    }
  }

  /** `sender:kind:runs`. */
  #hear(payload: string): void {
    const [sender, kind, runs = ''] = payload.split(':');
    if (sender === this.#options.sender || kind === undefined) return;
    const list = runs === '*' ? undefined : runs.split(',').filter(Boolean).map(Number);
    this.#options.onNotice(kind as NoticeKind, list);
  }
}
