/** One attempt at a call: sends a request, tells of the text as it comes, and gives the whole answer. */
import type OpenAI from 'openai';
import type { CreateResult } from '../../contracts/model.ts';
import { isPlainObject } from '../../shared/json.ts';
import { Answer, type CountedUsage } from './answer.ts';
import type { CallWatch } from './call-watch.ts';
import { excerpt } from './chat-answer.ts';
import type { WireRequest } from './chat-request.ts';
import { LONGEST_BODY } from './guarded-fetch.ts';
import { modelFailure } from './model-failure.ts';
import type { Wire } from './wire.ts';

export interface Attempt {
  readonly openai: OpenAI;
  readonly wire: Wire;
  readonly model: string;
  readonly request: WireRequest;
  readonly watch: CallWatch;
  /** What the answer took, where the server does not count. */
  readonly bound: (content: CreateResult['content']) => CountedUsage;
  readonly onText: (text: string) => void;
  /** Told how the server names the request. */
  readonly onRequestId: (id: string) => void;
}

export async function attempt({
  openai,
  wire,
  model,
  request: { body, answerTool },
  watch,
  bound,
  onText,
  onRequestId,
}: Attempt): Promise<CreateResult> {
  const answer = new Answer(model);
  try {
    const sent = openai.post<AsyncIterable<unknown>>(wire.path, {
      body,
      stream: body['stream'] === true,
      signal: watch.signal,
    });
    const { data, response } =
      body['stream'] === true
        ? await sent.withResponse()
        : { data: undefined, response: await sent.asResponse() };
    const requestId = response.headers.get('x-request-id');
    if (requestId !== null) onRequestId(requestId);
    if (data !== undefined && isEventStream(response)) {
      for await (const piece of data) {
        watch.hasCome();
        const text = wire.readPiece(piece, answer, model);
        if (text !== '') onText(text);
      }
    } else {
      const text = wire.readBody(await readJson(response, model), answer, model);
      if (text !== '') onText(text);
    }
    // An aborted stream ends as if nothing had happened.
    watch.signal.throwIfAborted();
    return answer.result(answerTool, bound);
  } catch (error) {
    if (watch.signal.aborted) throw watch.signal.reason;
    watch.cut(error);
    throw error;
  } finally {
    watch.end();
  }
}

function isEventStream(response: Response): boolean {
  // Some servers send no type at all with a stream.
  const type = response.headers.get('content-type') ?? 'text/event-stream';
  return type.includes('text/event-stream') || type.includes('application/x-ndjson');
}

async function readJson(response: Response, model: string): Promise<unknown> {
  const length = Number(response.headers.get('content-length') ?? 0);
  if (length > LONGEST_BODY)
    throw modelFailure('malformed', {
      model,
      message: `the body has ${length} bytes, more than ${LONGEST_BODY}`,
    });
  const text = await response.text();
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch (cause) {
    throw modelFailure('malformed', { model, message: `expected JSON, got ${excerpt(text)}`, cause });
  }
  // A failure that comes with the status of a success.
  if (isPlainObject(body) && isPlainObject(body['error'])) {
    const { message, code, type } = body['error'];
    throw Object.assign(new Error(typeof message === 'string' ? message : excerpt(body)), {
      code,
      type,
      error: body['error'],
    });
  }
  return body;
}
