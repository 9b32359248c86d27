/** Makes a client's requests: follows no redirect, and reads of a body only what an answer can be long. */
import { modelFailure } from './model-failure.ts';

/** A body longer than this is not read to its end. Bytes. */
export const LONGEST_BODY = 64_000_000;
/** A stream tells each token in some hundred bytes. */
const LONGEST_STREAM = 256_000_000;
/** One event of a stream: the SDK looks through what it has of one at each piece that comes. */
const LONGEST_EVENT = 4_000_000;
/** What a refusal may say. */
const LONGEST_REFUSAL = 1_000_000;

/** What goes wrong here rejects with `model-failed`; the SDK hands that on as the `cause` of its own error. */
export function guardedFetch(make: typeof fetch, model: string): typeof fetch {
  return async (input, init) => {
    // Elsewhere would be told the prompt, and whatever key stands in a header that fetch does not know as one.
    const response = await make(input, { ...init, redirect: 'manual' });
    if (response.type === 'opaqueredirect' || (response.status >= 300 && response.status < 400)) {
      await response.body?.cancel();
      const message = `the endpoint sends its requests on to ${targetOf(response, String(input))}, which is not followed`;
      throw modelFailure('not-found', { model, message, status: response.status });
    }
    return bounded(response, model);
  };
}

function targetOf(response: Response, from: string): string {
  const location = response.headers.get('location') ?? '';
  // What stands behind the host may hold what is nobody's business.
  return URL.canParse(location, from) ? new URL(location, from).origin : 'another place';
}

function bounded(response: Response, model: string): Response {
  const { body, status, statusText, headers, ok } = response;
  if (!(body instanceof ReadableStream)) return response;
  const isJson = (headers.get('content-type') ?? '').includes('json');
  const longest = ok ? (isJson ? LONGEST_BODY : LONGEST_STREAM) : LONGEST_REFUSAL;
  let length = 0;
  const event = new EventLength();
  const counter = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      length += chunk.length;
      if (length > longest) throw tooLong(`the body has more than ${longest} bytes`, model);
      if (!isJson && event.add(chunk) > LONGEST_EVENT)
        throw tooLong(`an event of the stream has more than ${LONGEST_EVENT} bytes`, model);
      controller.enqueue(chunk);
    },
  });
  return new Response(body.pipeThrough(counter), { status, statusText, headers });
}

/** Counts the bytes since the last empty line, which ends an event. */
class EventLength {
  #length = 0;
  /** An empty line may come in two pieces. */
  #tail: Uint8Array = new Uint8Array();

  add(chunk: Uint8Array): number {
    const seen = Buffer.concat([this.#tail, chunk]);
    const end = Math.max(...['\n\n', '\r\n\r\n', '\r\r'].map((line) => seen.lastIndexOf(line)));
    this.#length = end < 0 ? this.#length + chunk.length : seen.length - end;
    this.#tail = Uint8Array.prototype.slice.call(seen, -3);
    return this.#length;
  }
}

function tooLong(message: string, model: string): Error {
  return modelFailure('malformed', { model, message });
}
