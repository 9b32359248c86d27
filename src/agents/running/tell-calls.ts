/** Tells how calls begin and end: of a model, a tool or an adapter. */
import type { AgentEvent } from '../../contracts/agent.ts';
import type { CallEnd } from '../../contracts/agent-events.ts';
import { errorToJson } from '../../shared/errors.ts';
import type { Clock } from '../../shared/time.ts';

/** Who is told, and by what time. */
export interface CallWatch {
  readonly clock: Clock;
  tell(event: AgentEvent): void;
}

/** One call and what is told of it. */
export interface ToldCall<T> {
  started(): AgentEvent;
  finished(end: CallEnd, result: T | undefined): AgentEvent;
  /** Makes the call; `begin` is called where it is really made and not taken from the journal. */
  make(begin: () => void): Promise<T>;
}

/** Settles as `make` does. */
export async function tellCall<T>({ clock, tell }: CallWatch, call: ToldCall<T>): Promise<T> {
  let startedAt: number | undefined;
  const end = (error: unknown): CallEnd => ({
    ok: error === undefined,
    errorCode: error === undefined ? null : errorToJson(error).code,
    cached: startedAt === undefined,
    durationMs: startedAt === undefined ? 0 : Math.max(0, clock.now() - startedAt),
  });
  const begin = (): void => {
    startedAt ??= clock.now();
    tell(call.started());
  };
  let result: T;
  try {
    result = await call.make(begin);
  } catch (error) {
    tell(call.finished(end(error ?? 'nothing'), undefined));
    throw error;
  }
  tell(call.finished(end(undefined), result));
  return result;
}
