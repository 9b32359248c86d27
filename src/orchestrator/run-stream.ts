/** The events of one run to its end, whoever ends first: the run, the reader or the orchestrator. */
import type { OrchestratorEvent } from '../contracts/events.ts';
import { mergeSignals } from '../shared/abort.ts';
import { OrchestratorError } from '../shared/errors.ts';
import type { EventLog } from './event-log.ts';
import type { TaskDesk } from './task-desk.ts';

export interface RunStreamRequest {
  readonly id: string;
  readonly tenant: string;
  readonly after: number;
  /** Of the reader. */
  readonly signal: AbortSignal | undefined;
  /** Of the orchestrator. */
  readonly closing: AbortSignal;
}

/** Leaves nothing behind when it is left early. Throws `not-found` and the reader's reason. */
export async function* runStream(
  log: EventLog,
  desk: TaskDesk,
  { id, tenant, after, signal, closing }: RunStreamRequest,
): AsyncGenerator<OrchestratorEvent, void, undefined> {
  const events = log.stream({ rootRunId: id, after });
  const left = new AbortController();
  try {
    if ((await desk.run(id)) === undefined) {
      throw new OrchestratorError('not-found', `There is no run ${id} of tenant ${tenant}.`, {
        details: { id },
      });
    }
    const ended = desk.outcome(id, { signal: mergeSignals(signal, closing, left.signal) });
    // One turn of the event loop lets the watchers of the run tell its end first.
    ended.then(
      () => setImmediate(() => events.close()),
      () => events.close(),
    );
    yield* events;
    signal?.throwIfAborted();
  } finally {
    left.abort();
    events.close();
  }
}
