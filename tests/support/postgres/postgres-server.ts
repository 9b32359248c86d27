/** A real PostgreSQL for tests: on a free port, with its own data in the temp folder, which is removed at the end. */
import { type ChildProcess, execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chown, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import pg from 'pg';
import { findPostgres, type PostgresBinaries } from './postgres-binaries.ts';

const search = findPostgres();

/** Why no server can be started here; undefined when one can. For `describe.skipIf(POSTGRES_MISSING !== undefined)`. */
export const POSTGRES_MISSING: string | undefined = search.binaries === undefined ? search.reason : undefined;

/** To put behind a title, so that a skipped test says why. */
export const POSTGRES_NOTE = POSTGRES_MISSING === undefined ? '' : ` (skipped: ${POSTGRES_MISSING})`;

/** `fast` ends sessions with 57P01, as an ordinary restart does; `immediate` is a crash that PostgreSQL makes itself. */
export type StopMode = 'fast' | 'immediate';

const SIGNALS: Readonly<Record<StopMode, NodeJS.Signals>> = { fast: 'SIGINT', immediate: 'SIGQUIT' };

/** How long a server may take to start or end on a loaded machine. */
const PATIENCE_MS = 60_000;

/** Small and quick. Without fsync a killed process loses nothing: what it wrote is in the system's cache. */
const SETTINGS = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '150',
  shared_buffers: '32MB',
  fsync: 'off',
  full_page_writes: 'off',
  autovacuum_naptime: '10s',
  log_min_messages: 'warning',
} as const;

export interface PostgresServerOptions {
  /** More settings of `postgresql.conf`, or others. */
  readonly settings?: Readonly<Record<string, string>>;
}

export class PostgresServer {
  readonly port: number;
  readonly #binaries: PostgresBinaries;
  readonly #root: string;
  readonly #settings: Readonly<Record<string, string>>;
  #process: ChildProcess | undefined;
  #log = '';
  #databases = 0;

  private constructor(
    port: number,
    root: string,
    binaries: PostgresBinaries,
    settings: Readonly<Record<string, string>>,
  ) {
    this.port = port;
    this.#root = root;
    this.#binaries = binaries;
    this.#settings = settings;
  }

  /** Makes a cluster of its own and starts it. Throws where {@link POSTGRES_MISSING} says why it can't. */
  static async start({ settings = {} }: PostgresServerOptions = {}): Promise<PostgresServer> {
    const { binaries } = search;
    if (binaries === undefined) throw new Error(POSTGRES_MISSING);
    const root = await mkdtemp(join(tmpdir(), 'orchestrator-postgres-'));
    const data = join(root, 'data');
    await mkdir(data, { mode: 0o700 });
    if (binaries.user !== undefined) {
      await chown(root, binaries.user.uid, binaries.user.gid);
      await chown(data, binaries.user.uid, binaries.user.gid);
    }
    await promisify(execFile)(
      binaries.initdb,
      ['-D', data, '-U', 'postgres', '-A', 'trust', '-E', 'UTF8', '--locale=C', '--no-sync'],
      { cwd: root, ...binaries.user },
    );
    const server = new PostgresServer(await freePort(), root, binaries, { ...SETTINGS, ...settings });
    try {
      await server.start();
    } catch (error) {
      await server.remove();
      throw error;
    }
    return server;
  }

  get isRunning(): boolean {
    return this.#process !== undefined;
  }

  /** What the server has written to its log. */
  get log(): string {
    return this.#log;
  }

  /** A connection string. */
  url(database = 'postgres'): string {
    return `postgresql://postgres@127.0.0.1:${this.port}/${database}`;
  }

  /** A new, empty database; its connection string. */
  async createDatabase(): Promise<string> {
    this.#databases += 1;
    const name = `test_${this.#databases}`;
    await this.query(`CREATE DATABASE ${name}`);
    return this.url(name);
  }

  /** One statement on a connection of its own. */
  async query<T extends object>(
    text: string,
    values: readonly unknown[] = [],
    url = this.url(),
  ): Promise<T[]> {
    const client = new pg.Client({ connectionString: url });
    // A server that goes away during the statement is told by the statement.
    client.on('error', () => undefined);
    await client.connect();
    try {
      return (await client.query(text, [...values])).rows as T[];
    } finally {
      await client.end().catch(() => undefined);
    }
  }

  /** Starts it again, on the same port and data; resolves when it takes connections. */
  async start(): Promise<void> {
    const givesUpAt = performance.now() + PATIENCE_MS;
    for (;;) {
      const failure = await this.#launch();
      if (failure === undefined) return;
      // Children of a killed server may live a moment longer, and hold its memory.
      if (
        !/still in use|already in use|is another postmaster/i.test(failure) ||
        performance.now() > givesUpAt
      )
        throw new Error(`PostgreSQL did not start: ${failure}`);
      await sleep(50);
    }
  }

  /** Resolves when it has ended. */
  async stop(mode: StopMode = 'fast'): Promise<void> {
    await this.#end(() => this.#process?.kill(SIGNALS[mode]));
  }

  /** Kills the server and all its children with SIGKILL, as a crash of the machine would; resolves when they are gone. */
  async kill(): Promise<void> {
    await this.#end((pid) => {
      const children = childrenOf(pid);
      this.#process?.kill('SIGKILL');
      for (const child of children) killQuietly(child);
    });
  }

  async restart(mode: StopMode = 'fast'): Promise<void> {
    await this.stop(mode);
    await this.start();
  }

  /** Ends it and removes its data. */
  async remove(): Promise<void> {
    await this.stop('immediate');
    await rm(this.#root, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.remove();
  }

  /** Resolves with why it failed, or nothing. */
  async #launch(): Promise<string | undefined> {
    const { postgres, user } = this.#binaries;
    const settings = Object.entries(this.#settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    const child = spawn(postgres, ['-D', join(this.#root, 'data'), '-p', String(this.port), ...settings], {
      cwd: this.#root,
      stdio: ['ignore', 'ignore', 'pipe'],
      ...user,
    });
    const from = this.#log.length;
    const killNow = (): void => void child.kill('SIGQUIT');
    process.on('exit', killNow);
    const exited = once(child, 'exit').then(() => {
      process.off('exit', killNow);
      if (this.#process === child) this.#process = undefined;
      return `it ended: ${this.#log.slice(from).trim().slice(-500)}`;
    });
    const ready = new Promise<undefined>((resolve) => {
      child.stderr.setEncoding('utf8').on('data', (text: string) => {
        this.#log += text;
        if (this.#log.includes('ready to accept connections', from)) resolve(undefined);
      });
    });
    this.#process = child;
    return await Promise.race([ready, exited]);
  }

  async #end(strike: (pid: number) => void): Promise<void> {
    const child = this.#process;
    if (child?.pid === undefined) return;
    const exited = once(child, 'exit', { signal: AbortSignal.timeout(PATIENCE_MS) });
    strike(child.pid);
    await exited;
    this.#process = undefined;
  }
}

function childrenOf(pid: number): readonly number[] {
  try {
    return execFileSync('pgrep', ['-P', String(pid)], { encoding: 'utf8' })
      .trim()
      .split('\n')
      .map(Number);
  } catch {
    return [];
  }
}

function killQuietly(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It ended by itself.
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}
