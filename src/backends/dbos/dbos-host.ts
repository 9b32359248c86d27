/**
 * DBOS in this process, which can be there only once: one workflow function is registered, and each attempt at a run is
 * one workflow of it. Backends of the same database share it; the last one that leaves shuts it down, if we launched it.
 */
import { AsyncLocalStorage } from 'node:async_hooks';
import { OrchestratorError } from '../../shared/errors.ts';
import type { DbosClass } from './load-packages.ts';

/** Hands an attempt over that DBOS began again. */
export type HandOver = (seq: number, token: number) => Promise<void>;

type Attempt = (origin: string, seq: number, token: number) => Promise<null>;

/** The name under which DBOS lists attempts. */
const WORKFLOW_NAME = 'autogen-orchestrator.attempt';
/** Where the class keeps its host, so that two copies of this package find the same. */
const HOST = Symbol.for('autogen-orchestrator.dbos-host');
/** Work of runs begins outside of whatever called for it: DBOS would take it for a part of the caller's workflow. */
const outside = AsyncLocalStorage.snapshot();

/** DBOS at work on one database, with those who use it. */
export interface Session {
  /** The database in words. */
  readonly where: string;
  readonly supervision: Promise<Supervision>;
  readonly members: Set<Member>;
  readonly close: () => Promise<void>;
}

/** A backend that uses it. */
export interface Member {
  /** The others have given this process up. */
  readonly onLost: () => void;
  /** It goes on as another executor. */
  readonly onRelaunched: () => Promise<void>;
}

/** Who sees that this process is not given up, and begins anew when it was. */
export interface Supervision {
  readonly executorId: string;
  guard(signal?: AbortSignal): Promise<void>;
}

interface Hosted {
  [HOST]?: DbosHost;
}

export class DbosHost {
  readonly DBOS: DbosClass;
  readonly #attempt: Attempt;
  readonly #begins = new Map<string, (claim: string) => Promise<void>>();
  readonly #handOvers = new Map<string, Set<HandOver>>();
  readonly #underWay = new Set<string>();
  /** Attempts that are over, which DBOS has not written down yet. */
  readonly #unrecorded = new Set<string>();
  #onRecorded: () => void = () => undefined;

  /** The token of the execution that asks. */
  currentClaim: () => string | undefined = () => undefined;
  /** Of the DBOS that is launched. */
  applicationName: () => string = () => '';
  /** What its backends share while there are some. */
  session: Session | undefined;

  private constructor(dbos: DbosClass) {
    this.DBOS = dbos;
    const attempt = async (origin: string, seq: number, token: number): Promise<null> => {
      const workflow = dbos.workflowID ?? '';
      const begin = this.#begins.get(workflow);
      this.#begins.delete(workflow);
      // One that nobody here has asked for was another executor's: its run goes to whoever can do it.
      const [handOver] = this.#handOvers.get(origin) ?? [];
      if (begin === undefined) await handOver?.(seq, token);
      else await begin(this.currentClaim() ?? '');
      if (this.#underWay.has(workflow)) this.#unrecorded.add(workflow);
      return null;
    };
    this.#attempt = dbos.registerWorkflow(attempt, { name: WORKFLOW_NAME }) as Attempt;
  }

  /** The host of this DBOS. Throws `illegal-transition` when DBOS was launched before it was first asked for. */
  static of(dbos: DbosClass): DbosHost {
    const hosted = dbos as unknown as Hosted;
    const known = hosted[HOST];
    if (known !== undefined) return known;
    if (dbos.isInitialized()) {
      const message =
        'DBOS was launched before the DBOS backend could register its workflow: prepare the backend first.';
      throw new OrchestratorError('illegal-transition', message);
    }
    const host = new DbosHost(dbos);
    hosted[HOST] = host;
    return host;
  }

  /** Attempts at runs of that origin that DBOS begins again are handed over. Returns the undo. */
  serve(origin: string, handOver: HandOver): () => void {
    const known = this.#handOvers.get(origin) ?? new Set();
    this.#handOvers.set(origin, known.add(handOver));
    return () => {
      known.delete(handOver);
      if (known.size === 0 && this.#handOvers.get(origin) === known) this.#handOvers.delete(origin);
    };
  }

  /** Has DBOS execute an attempt. Resolves when it is under way. */
  async start(
    workflow: string,
    origin: string,
    seq: number,
    token: number,
    begin: (claim: string) => Promise<void>,
  ): Promise<void> {
    this.#begins.set(workflow, begin);
    try {
      await outside(async () => {
        const handle = await this.DBOS.startWorkflow(this.#attempt, { workflowID: workflow })(
          origin,
          seq,
          token,
        );
        // How it ends is told by our own tables; one that was displaced waits here for what DBOS records of it.
        this.#underWay.add(workflow);
        handle
          .getResult()
          .catch(() => undefined)
          .finally(() => this.#recorded(workflow));
      });
    } catch (error) {
      this.#begins.delete(workflow);
      throw error;
    }
  }

  /** Resolves when DBOS has written down all attempts that are over, or after that time. */
  async whenRecorded(milliseconds: number): Promise<void> {
    if (this.#unrecorded.size === 0) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, milliseconds);
    this.#onRecorded = resolve;
    await promise;
    clearTimeout(timer);
  }

  #recorded(workflow: string): void {
    this.#underWay.delete(workflow);
    this.#unrecorded.delete(workflow);
    if (this.#unrecorded.size === 0) this.#onRecorded();
  }
}
