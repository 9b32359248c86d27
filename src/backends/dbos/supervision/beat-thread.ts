/**
 * The thread that beats and watches, so that a step that keeps the main thread busy does not look like a death. It has two
 * connections of its own: a take-over does not delay a sign of life.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { Beats } from './beats.ts';
import { Link } from './link.ts';
import type { BeatTerms, FromThread, ToThread } from './messages.ts';
import { Watch } from './watch.ts';

const terms = workerData as BeatTerms;
const { connection, executorId, leaseMs } = terms;

function tell(message: FromThread): void {
  parentPort?.postMessage(message);
}

const connectMs = Math.max(Math.floor(leaseMs / 3), 50);
const name = `orchestrator_beats_${executorId}`;
const beats = new Beats(new Link({ connection, name, connectMs, statementMs: connectMs }), terms, tell);
/** Thousands of runs may have to be handed over. */
const statementMs = Math.max(leaseMs * 2, 30_000);
const watch = new Watch(new Link({ connection, name, connectMs, statementMs }), terms, tell);

parentPort?.on('message', (message: ToThread) => {
  if (message.type === 'check') beats.ask();
  else watch.begin();
});
// One ends when the executor is dead; the other one goes on, until the main thread ends both.
await Promise.all([beats.run(), watch.run()]);
