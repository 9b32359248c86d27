/** A database of runs, a server that counts what workers do, and the workers: processes that can be killed. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { DbosBackend, type DbosBackendOptions } from '../../../src/backends/dbos/index.ts';

const WORKER = fileURLToPath(new URL('worker.ts', import.meta.url));
const NAMES = ['steps', 'once', 'held', 'patient', 'poison'];

type Options = Partial<DbosBackendOptions>;

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
  /** Resolves when it has ended by itself. */
  readonly exited: Promise<unknown>;
}

export class Workshop {
  readonly folder = mkdtempSync(join(tmpdir(), 'dbos-workers-'));
  readonly log = join(this.folder, 'steps.log');
  readonly calls: Call[] = [];
  /** Whether requests are answered by hand. */
  isHolding = false;
  readonly #url: string;
  readonly #options: Options;
  readonly #server: Server;
  readonly #workers = new Set<ChildProcess>();
  readonly #clients: DbosBackend[] = [];

  /** `url`: the database. */
  constructor(url: string, options: Options = {}) {
    this.#url = url;
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
  client(): DbosBackend {
    const client = new DbosBackend({ ...this.#options, connectionString: this.#url });
    for (const name of NAMES) client.register(name, async () => null);
    this.#clients.push(client);
    return client;
  }

  /** Starts a worker process; resolves once it works. */
  async worker(options: Options = {}): Promise<Worker> {
    const counter = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
    const settings = JSON.stringify({ ...this.#options, ...options });
    const child = spawn(process.execPath, ['--no-warnings', WORKER, this.#url, counter, this.log, settings], {
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
      exited,
      signal: (name) => void child.kill(name),
      kill: async () => {
        child.kill('SIGKILL');
        await exited;
      },
    };
  }

  /** Steps as the file that workers append to has them: `run step pid`. */
  get written(): readonly (readonly string[])[] {
    return readFileSync(this.log, 'utf8')
      .split('\n')
      .filter(Boolean)
      .map((line) => line.split(' '));
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
