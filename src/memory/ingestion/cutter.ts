/** Cuts documents where a hostile or a large one can hold nobody up: in a thread of its own, with limits. */
import { Worker } from 'node:worker_threads';
import { type ErrorJson, errorFromJson, OrchestratorError } from '../../shared/errors.ts';
import type { Cuttable, Pieces } from './cut-document.ts';

/** Shorter texts are cut at once: a thread would take longer to start than they take to cut. */
const SMALL_LENGTH = 30_000;
const MAX_HEAP_MB = 1024;
/** Unpacked streams lie outside the heap, so the whole process is watched. */
const MAX_GROWTH_BYTES = 1536 * 1024 * 1024;
const LOOK_EVERY_MS = 50;

/** What the thread does: load the module it is told, and answer. Plain JavaScript, as it is not compiled. */
const PROGRAM = `
const { parentPort, workerData } = require('node:worker_threads');
const loaded = import(workerData);
loaded.then(() => parentPort.postMessage({ isReady: true }), (error) => parentPort.postMessage({ loadError: String(error) }));
parentPort.on('message', async (document) => parentPort.postMessage(await (await loaded).answerCut(document)));
`;

type Answer =
  | Pieces
  | { readonly error: ErrorJson }
  | { readonly isReady: true }
  | { readonly loadError: string };

export class Cutter implements AsyncDisposable {
  readonly #timeLimitMs: number;
  #worker: Worker | undefined;

  constructor(timeLimitMs: number) {
    this.#timeLimitMs = timeLimitMs;
  }

  /**
   * Rejects with `timed-out`, `limit-reached` for a document that takes too much memory, the signal's reason, or what is
   * wrong with the document. One document at a time.
   */
  async cut(document: Cuttable, signal: AbortSignal | undefined): Promise<Pieces> {
    const module = await import('./cut-document.ts');
    if (document.kind === 'text' && document.text.length <= SMALL_LENGTH) return module.cutDocument(document);
    signal?.throwIfAborted();
    const worker = await this.#ready(module.CUT_DOCUMENT_URL);
    // Where a bundler has put the module elsewhere, it is still at hand here.
    if (worker === undefined) return module.cutDocument(document);
    signal?.throwIfAborted();
    return this.#ask(worker, document, signal);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const worker = this.#worker;
    this.#worker = undefined;
    await worker?.terminate();
  }

  /** The thread, once it has loaded the module; undefined where it can't. */
  async #ready(url: string): Promise<Worker | undefined> {
    if (this.#worker !== undefined) return this.#worker;
    const worker = new Worker(PROGRAM, {
      eval: true,
      workerData: url,
      resourceLimits: { maxOldGenerationSizeMb: MAX_HEAP_MB },
      // What a reader warns about is no output of this program.
      ...{ stdout: true, stderr: true, execArgv: [], env: {} },
    });
    // Nobody reads what it prints, and what it dies of after it was given up is of no interest.
    worker.stdout.resume();
    worker.stderr.resume();
    worker.on('error', () => undefined);
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const unlisten = listen(
      worker,
      (answer) => resolve('isReady' in answer),
      () => resolve(false),
    );
    const isReady = await promise.finally(unlisten);
    if (isReady) {
      this.#worker = worker;
      return worker;
    }
    await worker.terminate();
    return undefined;
  }

  async #ask(worker: Worker, document: Cuttable, signal: AbortSignal | undefined): Promise<Pieces> {
    const { promise, resolve, reject } = Promise.withResolvers<Pieces>();
    const atFirst = process.memoryUsage.rss();
    const tooLarge = (): void =>
      reject(
        new OrchestratorError('limit-reached', 'It takes more memory to read than a document may take.'),
      );
    const onAbort = (): void => reject(signal?.reason);
    const timer = setTimeout(() => {
      const seconds = this.#timeLimitMs / 1000;
      reject(new OrchestratorError('timed-out', `It takes longer to read than ${seconds} s.`));
    }, this.#timeLimitMs);
    const watch = setInterval(() => {
      if (process.memoryUsage.rss() - atFirst > MAX_GROWTH_BYTES) tooLarge();
    }, LOOK_EVERY_MS);
    let hasAnswered = false;
    const unlisten = listen(
      worker,
      (answer) => {
        hasAnswered = true;
        if ('error' in answer) reject(errorFromJson(answer.error));
        else if ('chunks' in answer) resolve(answer);
      },
      (error) => {
        if (error === undefined || error.code === 'ERR_WORKER_OUT_OF_MEMORY') tooLarge();
        else reject(error);
      },
    );
    signal?.addEventListener('abort', onAbort, { once: true });
    try {
      worker.postMessage(document);
      return await promise;
    } finally {
      clearTimeout(timer);
      clearInterval(watch);
      signal?.removeEventListener('abort', onAbort);
      unlisten();
      // A thread that was given up is still at it.
      if (!hasAnswered) await this[Symbol.asyncDispose]();
    }
  }
}

/** Hears what a thread says and that it has ended. Returns the undo: a thread has listeners of its own, which stay. */
function listen(
  worker: Worker,
  onAnswer: (answer: Answer) => void,
  onEnd: (error?: NodeJS.ErrnoException) => void,
): () => void {
  const onExit = (): void => onEnd();
  worker.on('message', onAnswer).on('error', onEnd).on('exit', onExit);
  return () => void worker.off('message', onAnswer).off('error', onEnd).off('exit', onExit);
}
