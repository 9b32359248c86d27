/** What an MCP adapter takes. */
import type { OperationEffects } from '../../contracts/effect.ts';
import { SIDE_EFFECTS, type SideEffects } from '../../contracts/skill.ts';
import {
  checkBoolean,
  checkClock,
  checkInteger,
  checkKeys,
  checkObject,
  checkOneOf,
  checkString,
  checkText,
  checkTextArray,
} from '../../shared/check.ts';
import { InvalidArgumentError } from '../../shared/errors.ts';
import { type Clock, systemClock } from '../../shared/time.ts';

/** A server that is started as a program and spoken to over its standard input and output. */
export interface StdioServer {
  /** Looked up on the `PATH`; no shell. */
  readonly command: string;
  /** @default [] */
  readonly args?: readonly string[];
  /** @default the folder of this process */
  readonly cwd?: string;
  /** Variables it gets beside `PATH`. @default {} */
  readonly env?: Readonly<Record<string, string>>;
  /** Names of variables of this process that it gets as well. @default [] */
  readonly inherit?: readonly string[];
}

/** A server behind streamable HTTP. */
export interface HttpServer {
  /** `http:` or `https:`. Redirects to another origin are refused. */
  readonly url: string;
  /** Sent with each request. @default {} */
  readonly headers?: Readonly<Record<string, string>>;
}

/** `name` and `server` are needed. */
export interface MCPAdapterOptions {
  /** Letters, digits and `-`, at most 32: what its tools are prefixed with. */
  readonly name: string;
  readonly server: StdioServer | HttpServer;
  /** @default true */
  readonly enabled?: boolean;
  /**
   * Digest of each tool that may be used, by the server's name for it: what `pins` gave. Others are refused until
   * `repin`. @default what the first connection finds
   */
  readonly pins?: Readonly<Record<string, string>>;
  /** What each tool changes, and what is done about a call whose end nobody saw. @default 'external', 'ask' */
  readonly effects?: Readonly<Record<string, SideEffects | OperationEffects>>;
  /** Takes the server's word that a tool only reads. @default false */
  readonly trustAnnotations?: boolean;
  /** For one call, and for connecting. @default 60,000 */
  readonly timeoutMs?: number;
  /** Characters of one result; more is cut out of its middle. @default 200,000 */
  readonly maxResultCharacters?: number;
  /** Bytes of one message of the server; a longer one closes the connection. @default 8 MiB */
  readonly maxMessageBytes?: number;
  readonly clock?: Clock;
}

export type ResolvedMCPOptions = Required<Omit<MCPAdapterOptions, 'pins'>> & Pick<MCPAdapterOptions, 'pins'>;

const KNOWN = [
  'name',
  'server',
  'enabled',
  'pins',
  'effects',
  'trustAnnotations',
  'timeoutMs',
  'maxResultCharacters',
  'maxMessageBytes',
  'clock',
] as const;
const NAME = /^[A-Za-z0-9-]{1,32}$/;

/** Throws `InvalidArgumentError`. */
export function resolveMCPOptions(options: MCPAdapterOptions): ResolvedMCPOptions {
  checkKeys('options', options, KNOWN);
  const { name, server, pins, effects = {}, enabled = true, trustAnnotations = false } = options;
  if (typeof name !== 'string' || !NAME.test(name))
    throw new InvalidArgumentError('name', '1 to 32 letters, digits or `-`', name);
  if (pins !== undefined)
    for (const [tool, digest] of Object.entries(checkObject('pins', pins))) checkText(`pins.${tool}`, digest);
  for (const [tool, effect] of Object.entries(checkObject('effects', effects))) {
    const given =
      typeof effect === 'string' ? { sideEffects: effect } : checkObject(`effects.${tool}`, effect);
    checkKeys(`effects.${tool}`, given, ['sideEffects', 'onUnfinished']);
    checkOneOf(`effects.${tool}`, given['sideEffects'], SIDE_EFFECTS);
    if (given['onUnfinished'] !== undefined)
      checkOneOf(`effects.${tool}.onUnfinished`, given['onUnfinished'], ['retry', 'ask']);
  }
  return {
    name,
    server:
      'url' in checkObject('server', server)
        ? checkHttp(server as HttpServer)
        : checkStdio(server as StdioServer),
    enabled: checkBoolean('enabled', enabled),
    effects,
    trustAnnotations: checkBoolean('trustAnnotations', trustAnnotations),
    timeoutMs: checkInteger('timeoutMs', options.timeoutMs ?? 60_000, 1),
    maxResultCharacters: checkInteger('maxResultCharacters', options.maxResultCharacters ?? 200_000, 100),
    maxMessageBytes: checkInteger('maxMessageBytes', options.maxMessageBytes ?? 8 * 1024 * 1024, 1024),
    clock: checkClock('clock', options.clock ?? systemClock),
    ...(pins === undefined ? {} : { pins }),
  };
}

function checkStdio(server: StdioServer): StdioServer {
  checkKeys('server', server, ['command', 'args', 'cwd', 'env', 'inherit']);
  checkText('server.command', server.command);
  for (const [index, argument] of (server.args ?? []).entries())
    checkString(`server.args[${index}]`, argument);
  if (server.cwd !== undefined) checkText('server.cwd', server.cwd);
  checkTexts('server.env', server.env ?? {});
  checkTextArray('server.inherit', server.inherit ?? []);
  return server;
}

function checkHttp(server: HttpServer): HttpServer {
  checkKeys('server', server, ['url', 'headers']);
  const url = URL.canParse(checkText('server.url', server.url)) ? new URL(server.url) : undefined;
  if (url === undefined || !['http:', 'https:'].includes(url.protocol) || url.username !== '')
    throw new InvalidArgumentError('server.url', 'an http or https URL without a user name', server.url);
  checkTexts('server.headers', server.headers ?? {});
  return server;
}

function checkTexts(argument: string, value: unknown): void {
  for (const [name, text] of Object.entries(checkObject(argument, value)))
    checkString(`${argument}.${name}`, text);
}
