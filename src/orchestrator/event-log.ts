/** Numbers events, tells listeners and keeps the newest, so that a stream can start late or be resumed. */

import { rootOf } from '../agents/running/root-run.ts';
import type { OrchestratorEvent, OrchestratorEventBody } from '../contracts/events.ts';
import { Channel } from '../shared/channel.ts';
import { errorToJson } from '../shared/errors.ts';
import { EventSource } from '../shared/events.ts';
import type { Clock } from '../shared/time.ts';

/** Which events, from where. */
export interface StreamFilter {
  /** Only events of this run and of what it started. */
  readonly rootRunId: string;
  /** Only events after this position. @default 0 */
  readonly after?: number;
}

/** Events of one orchestrator, the newest `capacity` of them kept. */
export class EventLog {
  readonly #source: EventSource<OrchestratorEvent>;
  readonly #kept: OrchestratorEvent[] = [];
  readonly #clock: Clock;
  readonly #tenant: string;
  readonly #capacity: number;
  readonly #streams = new Set<{
    readonly filter: StreamFilter;
    readonly channel: Channel<OrchestratorEvent>;
  }>();
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
    if (this.#kept.length > this.#capacity * 2) this.#kept.splice(0, this.#kept.length - this.#capacity);
    for (const { filter, channel } of this.#streams) if (isOf(event, filter)) channel.push(event);
    this.#source.emit(event);
  }

  /** Kept events that pass the filter, then new ones until the stream is closed. */
  stream(filter: StreamFilter): Channel<OrchestratorEvent> {
    const { after = 0 } = filter;
    const entry = { filter, channel: new Channel<OrchestratorEvent>(() => this.#streams.delete(entry)) };
    for (const event of this.#kept) {
      if (isOf(event, filter) && event.position > after) entry.channel.push(event);
    }
    this.#streams.add(entry);
    return entry.channel;
  }

  /** Ends all streams. */
  close(): void {
    for (const { channel } of [...this.#streams]) channel.close();
  }
}

/** Compared by the run's own id: a caller's id may hold a slash, too. */
function isOf({ runId }: OrchestratorEvent, { rootRunId }: StreamFilter): boolean {
  return runId === rootRunId || runId.startsWith(`${rootRunId}/`);
}
