/**
 * A door to a server of the Model Context Protocol, over standard input and output or streamable HTTP. Its tools are
 * pinned: one that changes is refused until it is pinned again. What it says is data.
 */
import type { Client } from '@modelcontextprotocol/sdk/client/index.js';
import {
  type AdapterCallOptions,
  type AdapterContract,
  type AdapterResult,
  AdapterStatus,
  AdapterType,
  type OperationDescription,
} from '../../contracts/adapter.ts';
import type { OperationEffects } from '../../contracts/effect.ts';
import type { SideEffects } from '../../contracts/skill.ts';
import { raceSignal } from '../../shared/abort.ts';
import { checkObject, checkSignal, checkText, checkTextArray } from '../../shared/check.ts';
import { type ErrorJson, errorToJson, OrchestratorError, toError } from '../../shared/errors.ts';
import type { JsonObject } from '../../shared/json.ts';
import { deadline } from '../../shared/time.ts';
import { boundedFetch } from './bounded-fetch.ts';
import { loadSdk, type Sdk } from './load-sdk.ts';
import { type MCPAdapterOptions, type ResolvedMCPOptions, resolveMCPOptions } from './mcp-options.ts';
import { type MCPData, resultData } from './result-data.ts';
import { StdioTransport } from './stdio-transport.ts';
import { listTools } from './tool-listing.ts';
import { type ToolChange, ToolPins } from './tool-pins.ts';

/** A connection that stands. */
interface Connection {
  readonly client: Client;
  readonly stderr: () => string;
  /** Takes leave of the server. */
  readonly end: () => Promise<void>;
}

/** A stream of events may bring many results, each of which has its own limit. */
const MESSAGES_IN_A_STREAM = 16;
const MOST_LEAVING_MS = 1000;

export class MCPAdapter implements AdapterContract {
  readonly name: string;
  readonly type = AdapterType.MCP;
  readonly #options: ResolvedMCPOptions;
  readonly #pins: ToolPins;
  #connecting: Promise<Connection> | undefined;
  #status: AdapterStatus;
  #isListing = false;
  #mustList = false;

  /** Throws `InvalidArgumentError`. Starts nothing. */
  constructor(options: MCPAdapterOptions) {
    this.#options = resolveMCPOptions(options);
    this.name = this.#options.name;
    this.#pins = new ToolPins(this.#options.pins);
    this.#status = this.#options.enabled ? AdapterStatus.DISCONNECTED : AdapterStatus.DISABLED;
  }

  get status(): AdapterStatus {
    return this.#status;
  }

  /** The server's tools that may be called, once it is connected. */
  get operations(): Readonly<Record<string, SideEffects | OperationEffects>> {
    const { effects, trustAnnotations } = this.#options;
    return Object.fromEntries(
      this.#pins.usable.map(({ name, saysReadOnly }) => [
        name,
        Object.hasOwn(effects, name)
          ? (effects[name] as SideEffects | OperationEffects)
          : trustAnnotations && saysReadOnly
            ? 'read'
            : 'external',
      ]),
    );
  }

  /** Digest of each pinned tool: keep it, and give it as `pins` the next time. */
  get pins(): Readonly<Record<string, string>> {
    return this.#pins.pins;
  }

  /** How the server's tools differ from what is pinned. */
  get changes(): readonly ToolChange[] {
    return this.#pins.changes;
  }

  /** Accepts what the server lists now, for all tools or those named. */
  repin(tools?: readonly string[]): void {
    if (tools !== undefined) checkTextArray('tools', tools);
    this.#pins.repin(tools);
  }

  /** Starts or reaches the server and lists its tools. Rejects with `adapter-failed`, `adapter-disabled` or `optional-package-missing`. */
  async connect(): Promise<void> {
    await this.#connection();
  }

  /** Ends the connection, and a server that was started, with all it has started. */
  async disconnect(): Promise<void> {
    const connecting = this.#connecting;
    this.#connecting = undefined;
    if (this.#status !== AdapterStatus.DISABLED) this.#status = AdapterStatus.DISCONNECTED;
    const connection = await connecting?.catch(() => undefined);
    await connection?.end();
  }

  describe(operation: string): OperationDescription | undefined {
    checkText('operation', operation);
    const tool = this.#pins.usable.find(({ name }) => name === operation);
    return tool === undefined ? undefined : { description: tool.description, parameters: tool.parameters };
  }

  /**
   * Calls a tool. Rejects with `tool-changed`, `not-found`, `adapter-disabled`, `invalid-argument` or the signal's reason;
   * what fails at the server resolves with `success: false`.
   */
  async execute(
    operation: string,
    parameters: unknown,
    options: AdapterCallOptions = {},
  ): Promise<AdapterResult<MCPData>> {
    checkText('operation', operation);
    const given = checkObject('parameters', parameters);
    checkObject('options', options);
    const signal = checkSignal('options.signal', options.signal);
    signal?.throwIfAborted();
    const { timeoutMs, maxResultCharacters } = this.#options;
    let connection: Connection | undefined;
    try {
      connection = await raceSignal(this.#connection(), signal);
      this.#pins.require(this.name, operation);
      const result = await connection.client.callTool({ name: operation, arguments: given }, undefined, {
        timeout: timeoutMs,
        ...(signal === undefined ? {} : { signal }),
      });
      const data = resultData(result, maxResultCharacters);
      return result['isError'] === true
        ? this.#result<MCPData>(
            null,
            errorToJson(this.#failure(data.text.slice(0, 2000) || 'it gave no reason', false)),
          )
        : this.#result(data, null);
    } catch (error) {
      signal?.throwIfAborted();
      if (
        OrchestratorError.isInstance(error) &&
        error.code !== 'adapter-failed' &&
        error.code !== 'limit-reached'
      )
        throw error;
      // Nobody knows what came of a call that broke off: only one that reads is worth another.
      const effects = this.operations[operation];
      const onlyReads = effects === 'none' || effects === 'read';
      return this.#result<MCPData>(null, errorToJson(this.#explained(error, connection, onlyReads)));
    }
  }

  /** Asks the server for a sign of life. */
  async healthCheck(): Promise<AdapterResult> {
    let connection: Connection | undefined;
    try {
      connection = await this.#connection();
      await connection.client.ping({ timeout: this.#options.timeoutMs });
      return this.#result({ tools: this.#pins.usable.length, changes: [...this.changes] }, null);
    } catch (error) {
      if (OrchestratorError.isInstance(error) && error.code === 'adapter-disabled') throw error;
      return this.#result(null, errorToJson(this.#explained(error, connection)));
    }
  }

  #connection(): Promise<Connection> {
    if (this.#status === AdapterStatus.DISABLED)
      return Promise.reject(
        new OrchestratorError('adapter-disabled', `The MCP adapter ${this.name} is disabled.`, {
          details: { adapter: this.name },
        }),
      );
    if (this.#connecting !== undefined) return this.#connecting;
    const connecting = this.#open();
    this.#connecting = connecting;
    connecting.catch(() => {
      if (this.#connecting !== connecting) return;
      this.#connecting = undefined;
      this.#status = AdapterStatus.ERROR;
    });
    return connecting;
  }

  async #open(): Promise<Connection> {
    const { timeoutMs } = this.#options;
    const sdk = await loadSdk();
    const client = new sdk.Client(
      { name: 'autogen-orchestrator', version: '1' },
      // A server's patterns are not run over a server's texts: that could take for ever.
      { capabilities: {}, jsonSchemaValidator: { getValidator: () => acceptAll as never } },
    );
    const { transport, stderr, leave } = this.#transport(sdk);
    try {
      await client.connect(transport, { timeout: timeoutMs });
      this.#pins.see(await listTools(client, this.name, { timeout: timeoutMs }));
    } catch (error) {
      await client.close().catch(() => undefined);
      await transport.close().catch(() => undefined);
      throw this.#explained(error, { stderr });
    }
    const end = async (): Promise<void> => {
      await leave();
      await client.close();
    };
    const connection = { client, stderr, end };
    client.onclose = () => {
      if (this.#status !== AdapterStatus.CONNECTED) return;
      this.#connecting = undefined;
      this.#status = AdapterStatus.ERROR;
    };
    client.setNotificationHandler(sdk.ToolsChanged, () => this.#listAgain(client));
    this.#status = AdapterStatus.CONNECTED;
    return connection;
  }

  /** Once at a time, however often a server says that something changed. One that can't be listed has no tools. */
  async #listAgain(client: Client): Promise<void> {
    this.#mustList = true;
    if (this.#isListing) return;
    this.#isListing = true;
    try {
      while (this.#mustList) {
        this.#mustList = false;
        const listed = listTools(client, this.name, { timeout: this.#options.timeoutMs });
        this.#pins.see(await listed.catch(() => new Map()));
      }
    } finally {
      this.#isListing = false;
    }
  }

  #transport(sdk: Sdk) {
    const { server, maxMessageBytes } = this.#options;
    if ('url' in server) {
      const transport = new sdk.HttpTransport(new URL(server.url), {
        requestInit: { headers: { ...server.headers } },
        fetch: boundedFetch(maxMessageBytes * MESSAGES_IN_A_STREAM),
      });
      // A server that does not answer to this is left all the same.
      const leave = async (): Promise<void> => {
        const { clear, signal } = deadline(
          this.#options.clock,
          MOST_LEAVING_MS,
          'Taking leave of the server',
        );
        await raceSignal(transport.terminateSession(), signal).catch(() => undefined);
        clear();
      };
      return { transport, stderr: () => '', leave };
    }
    const transport = new StdioTransport(server, maxMessageBytes, sdk);
    return { transport, stderr: () => transport.stderr, leave: () => Promise.resolve() };
  }

  /** Any failure as a typed one, with the last that the server wrote on standard error. */
  #explained(
    error: unknown,
    connection: Pick<Connection, 'stderr'> | undefined,
    retryable = true,
  ): OrchestratorError {
    if (OrchestratorError.isInstance(error)) return error;
    const { message } = toError(error);
    const said = connection?.stderr().trim().split('\n').at(-1)?.slice(0, 300) ?? '';
    return this.#failure(said === '' ? message : `${message} (it said: ${said})`, retryable, error);
  }

  #failure(message: string, retryable: boolean, cause?: unknown): OrchestratorError {
    return new OrchestratorError('adapter-failed', `The MCP server ${this.name} failed: ${message}`, {
      retryable,
      details: { adapter: this.name },
      ...(cause === undefined ? {} : { cause }),
    });
  }

  #result<D>(data: D | null, error: ErrorJson | null): AdapterResult<D> {
    const metadata: JsonObject = { adapter: this.name };
    const timestamp = new Date(this.#options.clock.now()).toISOString();
    return {
      success: error === null,
      data,
      errorMessage: error?.message ?? null,
      error,
      metadata,
      timestamp,
    };
  }
}

function acceptAll(data: unknown): { valid: true; data: unknown; errorMessage: undefined } {
  return { valid: true, data, errorMessage: undefined };
}
