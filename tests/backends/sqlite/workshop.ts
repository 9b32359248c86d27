/** A folder with a file of runs, a server that counts what workers do, and the workers: processes that can be killed. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { SqliteBackend, type SqliteBackendOptions } from '../../../src/backends/sqlite/index.ts';
import { loadDriver } from '../../../src/backends/sqlite/load-driver.ts';

const WORKER = fileURLToPath(new URL('worker.ts', import.meta.url));
const NAMES = ['twenty', 'once', 'held', 'poison'];

/** One request that a worker made. */
export interface Call {
  /** Without the leading slash. */
  readonly path: string;
  readonly pid: number;
  readonly at: number;
  /** Answers a held request. */
  readonly answer: (text: string) => void;
}

export interface Worker {
  readonly pid: number;
  readonly lines: string[];
  signal(name: NodeJS.Signals): void;
  /** Kills it and waits until it is gone. */
  kill(): Promise<void>;
}

export class Workshop {
  readonly folder = mkdtempSync(join(tmpdir(), 'sqlite-workers-'));
  readonly path = join(this.folder, 'runs.db');
  readonly log = join(this.folder, 'steps.log');
  readonly calls: Call[] = [];
  /** Whether requests are answered by hand. */
  isHolding = false;
  readonly #options: Partial<SqliteBackendOptions>;
  readonly #server: Server;
  readonly #workers = new Set<ChildProcess>();
  readonly #clients: SqliteBackend[] = [];

  constructor(options: Partial<SqliteBackendOptions> = {}) {
    this.#options = options;
    writeFileSync(this.log, '');
    this.#server = createServer((request, response) => this.#count(request.url ?? '', response));
  }

  async open(): Promise<this> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return this;
  }

  /** A backend in this process that submits and asks, and runs nothing. */
  client(path = this.path): SqliteBackend {
    const client = new SqliteBackend({ ...this.#options, path });
    for (const name of NAMES) client.register(name, async () => null);
    this.#clients.push(client);
    return client;
  }

  /** Starts a worker process; resolves once it works. */
  async worker(options: Partial<SqliteBackendOptions> = {}, path = this.path): Promise<Worker> {
    const url = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
    const settings = JSON.stringify({ ...this.#options, ...options });
    const child = spawn(process.execPath, [WORKER, path, url, this.log, settings], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.#workers.add(child);
    const exited = once(child, 'exit').then(() => this.#workers.delete(child));
    const lines: string[] = [];
    const { promise: isReady, resolve } = Promise.withResolvers<void>();
    createInterface({ input: child.stdout }).on('line', (line) => {
      lines.push(line);
      if (line === 'ready') resolve();
    });
    await Promise.race([isReady, exited]);
    return {
      pid: child.pid as number,
      lines,
      signal: (name) => void child.kill(name),
      kill: async () => {
        child.kill('SIGKILL');
        await exited;
      },
    };
  }

  /** Steps as the file that workers append to has them: `run step`. */
  get written(): readonly string[] {
    return readFileSync(this.log, 'utf8').trim().split('\n');
  }

  /** What SQLite says of a file, `ok` when it is sound. */
  integrity(path = this.path): unknown {
    const connection = new (loadDriver().DatabaseSync)(path);
    try {
      return Object.values(connection.prepare('PRAGMA integrity_check').get() ?? {})[0];
    } finally {
      connection.close();
    }
  }

  async close(): Promise<void> {
    for (const worker of [...this.#workers]) {
      const exited = once(worker, 'exit');
      worker.kill('SIGKILL');
      await exited;
    }
    for (const client of this.#clients) await client.stop();
    this.#server.closeAllConnections();
    this.#server.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  #count(url: string, response: ServerResponse): void {
    const { pathname, searchParams } = new URL(url, 'http://localhost');
    const answer = (text: string): void => void response.end(text);
    this.calls.push({
      path: decodeURIComponent(pathname.slice(1)),
      pid: Number(searchParams.get('pid')),
      at: performance.now(),
      answer,
    });
    if (!this.isHolding) answer('counted');
  }
}
