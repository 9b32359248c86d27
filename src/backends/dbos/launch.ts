/** Enters DBOS: launches and supervises it, or joins the backends that have done so in this process. */
import { OrchestratorError } from '../../shared/errors.ts';
import { DbosHost, type Member, type Session, type Supervision } from './dbos-host.ts';
import type { ResolvedDbosOptions } from './dbos-options.ts';
import { type DbosClass, loadDbos } from './load-packages.ts';
import type { SchemaNames } from './migrate.ts';
import { reasonOf, storageFailure } from './storage-error.ts';
import { Supervisor } from './supervision/supervisor.ts';

export interface Entered {
  readonly host: DbosHost;
  readonly supervision: Supervision;
  /** Says goodbye; the last one shuts DBOS down, unless the application launched it. */
  readonly leave: () => Promise<void>;
}

export class Launch {
  readonly #options: ResolvedDbosOptions;
  readonly #names: SchemaNames;
  #host: DbosHost | undefined;

  /** Registers the workflow with an application's own DBOS. Throws `illegal-transition` when that was launched before. */
  constructor(options: ResolvedDbosOptions, names: SchemaNames) {
    this.#options = options;
    this.#names = names;
    if (options.dbos !== undefined) this.#host = DbosHost.of(options.dbos as unknown as DbosClass);
  }

  /** Rejects with `optional-package-missing`, `illegal-transition` and `storage-failed`. */
  async enter(member: Member): Promise<Entered> {
    const { DBOS, currentClaim, applicationName } = await loadDbos();
    const host = this.#host ?? DbosHost.of(DBOS);
    this.#host = host;
    host.currentClaim = currentClaim;
    host.applicationName = applicationName;
    host.session ??= this.#open(host);
    const { session } = host;
    if (session.where !== this.#names.where) throw otherDatabase(session.where, this.#names.where);
    session.members.add(member);
    const leave = async (): Promise<void> => {
      session.members.delete(member);
      if (session.members.size > 0 || host.session !== session) return;
      host.session = undefined;
      await session.close();
    };
    try {
      return { host, supervision: await session.supervision, leave };
    } catch (error) {
      session.members.delete(member);
      if (host.session === session) host.session = undefined;
      throw error;
    }
  }

  /** Deletes attempts of runs that are forgotten; DBOS keeps them where it is not at work. Rejects with `storage-failed`. */
  async forget(workflows: readonly string[]): Promise<void> {
    if (this.#host?.session === undefined) return;
    try {
      await this.#host.DBOS.deleteWorkflows([...workflows]);
    } catch (error) {
      throw storageFailure(this.#names.where, reasonOf(error) ?? 'other', error);
    }
  }

  #open(host: DbosHost): Session {
    const members = new Set<Member>();
    const starting = this.#supervise(host, members);
    return {
      where: this.#names.where,
      supervision: starting,
      members,
      close: async () => {
        await host.whenRecorded(RECORDING_MS);
        await (await starting).stop();
      },
    };
  }

  async #supervise(host: DbosHost, members: ReadonlySet<Member>): Promise<Supervisor> {
    const { connectionString, applicationVersion, poolSize, dbosSchema, dbos, leaseMs } = this.#options;
    if (dbos !== undefined && !host.DBOS.isInitialized()) throw notLaunched();
    const supervisor = new Supervisor({
      connection: connectionString,
      config: {
        name: dbos === undefined ? this.#options.applicationName : host.applicationName(),
        ...(dbos === undefined && { applicationVersion }),
        systemDatabaseSchemaName: dbosSchema,
        logLevel: 'error',
      },
      dbos: host.DBOS,
      // In the transaction that declares this process dead: its runs go to the others.
      onDeath: [`SELECT ${this.#names.schema}.bury($1)`],
      leaseMs,
      poolSize,
    });
    supervisor.on('executor-lost', () => {
      for (const { onLost } of members) onLost();
    });
    supervisor.onRelaunched(async () => {
      for (const { onRelaunched } of members) await onRelaunched();
    });
    await supervisor.start();
    return supervisor;
  }
}

/** How long DBOS may take to write down that attempts are over. */
const RECORDING_MS = 2_000;

function notLaunched(): OrchestratorError {
  return new OrchestratorError(
    'illegal-transition',
    'Launch your DBOS before you start the backend that uses it.',
  );
}

function otherDatabase(known: string, asked: string): OrchestratorError {
  const message = `DBOS works on the database ${known} in this process, where it can be only once; the database ${asked} needs a process of its own.`;
  return new OrchestratorError('illegal-transition', message, { details: { known, asked } });
}
