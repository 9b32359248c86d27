/** A person at a desk, who looks whether an effect happened before deciding. Many processes die meanwhile; this one does not. */
import type { Backend } from '../../../src/contracts/backend.ts';
import { Orchestrator } from '../../../src/orchestrator/orchestrator.ts';
import { isPlainObject, type JsonValue } from '../../../src/shared/json.ts';
import type { Outside } from './outside.ts';

export interface Desk {
  /** Approvals that were decided, by id. */
  readonly decided: ReadonlySet<string>;
  /** Those that wait. */
  pending(): Promise<number>;
  stop(): Promise<void>;
}

/** Starts nothing, so that it takes no run. The backend is stopped with it. */
export function openDesk(backend: Backend, outside: Outside): Desk {
  const orchestrator = new Orchestrator({ backend });
  const decided = new Set<string>();
  const ended = new AbortController();
  const decideAll = async (): Promise<void> => {
    for (const { id, payload } of await orchestrator.pendingApprovals()) {
      const { idempotencyKey, input } = fieldsOf(payload);
      const { name } = fieldsOf(input);
      const happened = outside
        .sights()
        .some(({ what, key }) => what === 'happened' && key === idempotencyKey);
      if (decided.has(id)) throw new Error(`${id} was decided and is asked again.`);
      decided.add(id);
      outside.note('asked', String(idempotencyKey), String(name));
      await orchestrator.approve(id, happened ? { answer: { receipt: name ?? null } } : {});
    }
  };
  const work = (async () => {
    while (!ended.signal.aborted) {
      // Nobody is at the desk while the database is away.
      await decideAll().catch((error: { code?: string }) => {
        if (error.code !== 'storage-failed') throw error;
      });
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  })();
  work.catch(() => undefined);
  return {
    decided,
    pending: async () => (await orchestrator.pendingApprovals()).length,
    stop: async () => {
      ended.abort();
      try {
        await work;
      } finally {
        await orchestrator.shutdown();
      }
    },
  };
}

function fieldsOf(value: JsonValue | undefined): Readonly<Record<string, JsonValue>> {
  return isPlainObject(value) ? (value as Readonly<Record<string, JsonValue>>) : {};
}
