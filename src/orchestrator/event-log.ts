/** Numbers events, tells listeners and keeps the newest, so that a stream can start late or be resumed. */

import { rootOf } from '../agents/running/root-run.ts';
import type { OrchestratorEvent, OrchestratorEventBody } from '../contracts/events.ts';
import { errorToJson } from '../shared/errors.ts';
import { EventSource } from '../shared/events.ts';
import type { Clock } from '../shared/time.ts';
import { EventStream } from './event-stream.ts';

/** Which events, from where. */
export interface StreamFilter {
  /** Only events of this run and of what it started. */
  readonly rootRunId: string;
  /** Only events after this position. @default 0 */
  readonly after?: number;
}

/** Events of one orchestrator, the newest `capacity` of them kept; each stream holds as many of its own for a slow reader. */
export class EventLog {
  readonly #source: EventSource<OrchestratorEvent>;
  readonly #kept: OrchestratorEvent[] = [];
  readonly #clock: Clock;
  readonly #tenant: string;
  readonly #capacity: number;
  readonly #streams = new Set<{
    readonly filter: StreamFilter;
    readonly events: EventStream;
  }>();
  /** The newest of those that are no longer kept. */
  #forgotten: OrchestratorEvent | undefined;
  #position = 0;

  constructor({
    clock,
    tenant,
    capacity = 10_000,
  }: { readonly clock: Clock; readonly tenant: string; readonly capacity?: number }) {
    this.#clock = clock;
    this.#tenant = tenant;
    this.#capacity = capacity;
    this.#source = new EventSource((error, event) => {
      if (event.type !== 'listener-failed')
        this.emit(event.runId, { type: 'listener-failed', error: errorToJson(error) });
    });
  }

  get on(): EventSource<OrchestratorEvent>['on'] {
    return this.#source.on.bind(this.#source);
  }

  /** How many events there were. */
  get position(): number {
    return this.#position;
  }

  emit(runId: string, body: OrchestratorEventBody): void {
    this.#position += 1;
    const event: OrchestratorEvent = {
      ...body,
      position: this.#position,
      at: this.#clock.now(),
      tenant: this.#tenant,
      runId,
      rootRunId: rootOf(runId),
    };
    this.#kept.push(event);
    // Trimmed in blocks, so that one event costs no shift of the whole.
    if (this.#kept.length > this.#capacity * 2) {
      const gone = this.#kept.splice(0, this.#kept.length - this.#capacity);
      this.#forgotten = gone.at(-1);
    }
    for (const { filter, events } of this.#streams) if (isOf(event, filter)) events.push(event);
    this.#source.emit(event);
  }

  /**
   * Kept events that pass the filter, then new ones until the stream is closed. `events-lost` stands in the place of those
   * that are no longer kept, or that a slow reader has missed.
   */
  stream(filter: StreamFilter): EventStream {
    const { after = 0, rootRunId } = filter;
    const events = new EventStream(this.#capacity, () => this.#streams.delete(entry));
    const entry = { filter, events };
    const own = this.#kept.filter((event) => event.position > after && isOf(event, filter));
    const forgotten = this.#forgotten;
    if (forgotten !== undefined && forgotten.position > after && !isBeginning(own[0], rootRunId))
      events.beginAfterLoss({ ...forgotten, runId: rootRunId, rootRunId }, forgotten.position - after);
    for (const event of own) events.push(event);
    this.#streams.add(entry);
    return events;
  }

  /** Ends all streams. */
  close(): void {
    for (const { events } of [...this.#streams]) events.close();
  }
}

/** Compared by the run's own id: a caller's id may hold a slash, too. */
function isOf({ runId }: OrchestratorEvent, { rootRunId }: StreamFilter): boolean {
  return runId === rootRunId || runId.startsWith(`${rootRunId}/`);
}

/** Nothing was told of a run before this. */
function isBeginning(event: OrchestratorEvent | undefined, runId: string): boolean {
  return event?.runId === runId && (event.type === 'task-submitted' || event.type === 'workflow-started');
}
