/**
 * Speaks to a server that is started as a program. The SDK's own transport hands on part of our environment and ends only
 * the program itself; this one gives `PATH` and what was asked for, and ends everything that the program started.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import type { JSONRPCMessage } from '@modelcontextprotocol/sdk/types.js';
import { JOB_VARIABLE, signalGroup, sweepJob } from '../../process/kill-tree.ts';
import { jobTrail } from '../../process/run-process.ts';
import { toError } from '../../shared/errors.ts';
import type { Sdk } from './load-sdk.ts';
import type { StdioServer } from './mcp-options.ts';

/** What a server says on standard error is kept to explain its end: the last characters of it. */
const KEPT_STDERR = 2000;

export class StdioTransport implements Transport {
  onclose?: () => void;
  onerror?: (error: Error) => void;
  onmessage?: NonNullable<Transport['onmessage']>;
  readonly #server: StdioServer;
  readonly #sdk: Sdk;
  readonly #buffer: InstanceType<Sdk['ReadBuffer']>;
  readonly #job = `mcp-${randomUUID()}`;
  #child: ChildProcess | undefined;
  #stderr = '';
  #isClosed = false;

  constructor(server: StdioServer, maxMessageBytes: number, sdk: Sdk) {
    this.#server = server;
    this.#sdk = sdk;
    this.#buffer = new sdk.ReadBuffer({ maxBufferSize: maxMessageBytes });
  }

  /** The end of what the server wrote on standard error. */
  get stderr(): string {
    return this.#stderr;
  }

  start(): Promise<void> {
    const { command, args = [], cwd } = this.#server;
    return new Promise((resolve, reject) => {
      const child = spawn(command, [...args], {
        env: { ...environmentOf(this.#server), [JOB_VARIABLE]: jobTrail(this.#job) },
        stdio: ['pipe', 'pipe', 'pipe'],
        detached: process.platform !== 'win32',
        windowsHide: true,
        ...(cwd === undefined ? {} : { cwd }),
      });
      this.#child = child;
      child.once('spawn', resolve);
      child.on('error', (error) => {
        reject(error);
        this.onerror?.(error);
      });
      // Not 'close': a grandchild may hold the pipes open for ever.
      child.once('exit', () => void this.close());
      child.stdin?.on('error', (error) => this.onerror?.(error));
      child.stdout?.on('data', (chunk: Buffer) => this.#take(chunk));
      child.stderr?.on('data', (chunk: Buffer) => {
        this.#stderr = `${this.#stderr}${chunk.toString('utf8')}`.slice(-KEPT_STDERR);
      });
    });
  }

  send(message: JSONRPCMessage): Promise<void> {
    return new Promise((resolve, reject) => {
      const input = this.#child?.stdin;
      if (this.#isClosed || input === undefined || input === null || !input.writable)
        reject(new Error('The server has ended.'));
      else input.write(this.#sdk.serializeMessage(message), (error) => (error ? reject(error) : resolve()));
    });
  }

  /** Ends the program and all it has started. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    const child = this.#child;
    if (child?.pid !== undefined) {
      child.stdin?.destroy();
      signalGroup(child.pid, 'SIGKILL');
      child.stdout?.destroy();
      child.stderr?.destroy();
    }
    this.onclose?.();
    await sweepJob(this.#job);
  }

  #take(chunk: Buffer): void {
    if (this.#isClosed) return;
    try {
      this.#buffer.append(chunk);
    } catch (error) {
      this.#stderr = toError(error).message;
      this.onerror?.(toError(error));
      void this.close();
      return;
    }
    for (;;) {
      try {
        const message = this.#buffer.readMessage();
        if (message === null) return;
        this.onmessage?.(message);
      } catch (error) {
        // A line that is no message: some servers print there.
        this.onerror?.(toError(error));
      }
    }
  }
}

function environmentOf({ env = {}, inherit = [] }: StdioServer): Record<string, string | undefined> {
  const inherited = ['PATH', ...inherit].map((name) => [name, process.env[name]] as const);
  return { ...Object.fromEntries(inherited), ...env };
}
