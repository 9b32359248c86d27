/** Executors of one database, in processes of their own, and what they did to the outside world. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { DBOSClient, type WorkflowHandle } from '@dbos-inc/dbos-sdk';
import { expect } from 'vitest';
import type { ParkedRun } from '../../../src/backends/dbos/supervision/registry.ts';
import type { PostgresServer } from '../../support/postgres/postgres-server.ts';
import type { ExecutorTerms } from './executor.ts';

const PROGRAM = fileURLToPath(new URL('./executor.ts', import.meta.url));

export interface Effect {
  readonly kind: 'start' | 'end' | 'told';
  readonly run: string;
  readonly step: number;
  /** The life in which the run was begun. */
  readonly executor: string;
  readonly pid: number;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** What an executor said: its own lines and the events of its supervisor, with the time at which they came here. */
export interface Said {
  readonly type: string;
  readonly at: number;
  readonly executorId?: string;
  readonly runs?: number;
  readonly reason?: string;
  readonly version?: string;
  readonly parked?: readonly ParkedRun[];
}

export class Executor {
  readonly said: Said[] = [];
  errors = '';
  readonly #process: ChildProcess;
  readonly #exited: Promise<unknown[]>;

  constructor(terms: ExecutorTerms) {
    this.#process = spawn(process.execPath, [PROGRAM, JSON.stringify(terms)], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#exited = once(this.#process, 'exit');
    const { stdout, stderr } = this.#process;
    if (stdout === null || stderr === null) throw new Error('no pipes');
    createInterface(stdout).on('line', (line) => {
      if (line.startsWith('{')) this.said.push({ at: Date.now(), ...(JSON.parse(line) as Omit<Said, 'at'>) });
    });
    stderr.setEncoding('utf8').on('data', (text: string) => {
      this.errors += text;
    });
  }

  get pid(): number {
    return this.#process.pid as number;
  }

  get executorId(): string {
    return (
      this.said.findLast(({ type }) => type === 'ready' || type === 'executor-relaunched')?.executorId ?? ''
    );
  }

  get isAlive(): boolean {
    return this.#process.exitCode === null && this.#process.signalCode === null;
  }

  heard(type: string): Said | undefined {
    return this.said.find((said) => said.type === type);
  }

  /** Resolves with the first line of that type. */
  async hear(type: string, timeout = 30_000): Promise<Said> {
    await expect
      .poll(() => this.heard(type) ?? (this.isAlive ? undefined : `ended: ${this.errors}`), {
        timeout,
        interval: 5,
      })
      .toBeDefined();
    const said = this.heard(type);
    if (said === undefined) throw new Error(`The executor ended without "${type}": ${this.errors}`);
    return said;
  }

  signal(signal: NodeJS.Signals): void {
    this.#process.kill(signal);
  }

  async exit(): Promise<unknown> {
    return (await this.#exited)[0];
  }

  async kill(): Promise<void> {
    this.#process.kill('SIGKILL');
    await this.#exited;
  }
}

export class Workshop {
  readonly leaseMs: number;
  readonly connection: string;
  readonly #server: PostgresServer;
  readonly #folder: string;
  readonly #executors: Executor[] = [];
  readonly client: DBOSClient;

  private constructor(
    server: PostgresServer,
    connection: string,
    folder: string,
    client: DBOSClient,
    leaseMs: number,
  ) {
    this.#server = server;
    this.connection = connection;
    this.#folder = folder;
    this.client = client;
    this.leaseMs = leaseMs;
  }

  /** A database of its own on a server that runs. */
  static async open(server: PostgresServer, leaseMs: number): Promise<Workshop> {
    const connection = await server.createDatabase();
    const folder = await mkdtemp(join(tmpdir(), 'orchestrator-supervision-'));
    await writeFile(join(folder, 'effects'), '');
    const client = await DBOSClient.create({ systemDatabaseUrl: connection, applicationName: 'test' });
    return new Workshop(server, connection, folder, client, leaseMs);
  }

  /** Starts a process; resolves when it is at work. */
  async executor(terms: Partial<ExecutorTerms> = {}): Promise<Executor> {
    const executor = this.begin(terms);
    await executor.hear('ready');
    return executor;
  }

  begin(terms: Partial<ExecutorTerms> = {}): Executor {
    const { connection, leaseMs } = this;
    const executor = new Executor({ connection, leaseMs, effects: join(this.#folder, 'effects'), ...terms });
    this.#executors.push(executor);
    return executor;
  }

  async enqueue(
    workflowName: string,
    run: string,
    args: readonly unknown[] = [],
    options: {
      readonly version?: string;
      readonly workflowTimeoutMS?: number;
      readonly deduplicationID?: string;
    } = {},
  ): Promise<WorkflowHandle<unknown>> {
    const { version = 'v1', ...rest } = options;
    return await this.client.enqueue(
      { workflowName, queueName: 'work', workflowID: run, appVersion: version, ...rest },
      run,
      ...args,
    );
  }

  async effects(): Promise<readonly Effect[]> {
    const text = await readFile(join(this.#folder, 'effects'), 'utf8');
    return text
      .trimEnd()
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Effect);
  }

  async starts(filter: Partial<Effect> = {}): Promise<readonly Effect[]> {
    const wanted = Object.entries({ kind: 'start', ...filter });
    return (await this.effects()).filter((effect) =>
      wanted.every(([key, value]) => effect[key as keyof Effect] === value),
    );
  }

  query<T extends object>(text: string, values: readonly unknown[] = []): Promise<T[]> {
    return this.#server.query<T>(text, values, this.connection);
  }

  /** Runs by status. */
  async statuses(): Promise<Readonly<Record<string, number>>> {
    const rows = await this.query<{ status: string; runs: number }>(
      'SELECT status, count(*)::integer AS runs FROM dbos.workflow_status GROUP BY status ORDER BY status',
    );
    return Object.fromEntries(rows.map(({ status, runs }) => [status, runs]));
  }

  /** Steps whose result was recorded before their body began again: there must be none. */
  async recordedStepsBegunAgain(): Promise<readonly string[]> {
    const rows = await this.query<{ run: string; step: number; at: number }>(
      `SELECT workflow_uuid AS run, split_part(function_name, ' ', 2)::integer AS step, completed_at_epoch_ms::float8 AS at
       FROM dbos.operation_outputs WHERE function_name LIKE 'step %'`,
    );
    const recorded = new Map(rows.map(({ run, step, at }) => [`${run}/${step}`, at]));
    // Of one body per step the record comes after its end; a body that begins after the record came too late.
    return (await this.starts())
      .filter(({ run, step, at }) => at > (recorded.get(`${run}/${step}`) ?? Infinity))
      .map(({ run, step }) => `${run}/${step}`);
  }

  async close(): Promise<void> {
    for (const executor of this.#executors) {
      executor.signal('SIGCONT');
      await executor.kill();
    }
    await this.client.destroy();
    await rm(this.#folder, { recursive: true, force: true });
  }
}
