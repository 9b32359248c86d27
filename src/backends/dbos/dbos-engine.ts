/** DBOS as the driver sees it: launched, supervised, and shared by the backends of this process. */
import { createHash } from 'node:crypto';
import type { RunRow } from '../driving/run-row.ts';
import type { DbosHost, Supervision } from './dbos-host.ts';
import type { Engine } from './engine.ts';

export class DbosEngine implements Engine {
  readonly #host: DbosHost;
  readonly #supervision: Supervision;
  readonly #origin: string;

  /** `origin`: the id of the tables. */
  constructor(host: DbosHost, supervision: Supervision, origin: string) {
    this.#host = host;
    this.#supervision = supervision;
    this.#origin = origin;
  }

  get executorId(): string {
    return this.#supervision.executorId;
  }

  guard(signal: AbortSignal): Promise<void> {
    return this.#supervision.guard(signal);
  }

  workflowIdOf({ tenant, id, seq, token }: RunRow): string {
    return workflowId(this.#origin, { tenant, id, seq }, token);
  }

  execute(
    workflow: string,
    seq: number,
    token: number,
    body: (claim: string) => Promise<void>,
  ): Promise<void> {
    return this.#host.start(workflow, this.#origin, seq, token, body);
  }
}

/**
 * `tenant/run/attempt@…`: readable, and different for two runs even where their names run together, or where the tables
 * were made anew and DBOS still knows the old ones.
 */
export function workflowId(
  origin: string,
  { tenant, id, seq }: Pick<RunRow, 'tenant' | 'id' | 'seq'>,
  token: number,
): string {
  return `${short(tenant)}/${short(id)}/${token}@${origin.slice(0, 8)}.${seq}`;
}

/** An index of PostgreSQL holds no more than 2,700 bytes. */
const LONGEST = 300;

function short(text: string): string {
  if (text.length <= LONGEST) return text;
  return `${text.slice(0, LONGEST)}…${createHash('sha256').update(text).digest('hex').slice(0, 16)}`;
}
