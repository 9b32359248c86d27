/** Fetches with a limit on what comes back, so that no server can fill the memory. */
import { OrchestratorError } from '../../shared/errors.ts';

/** The body of each answer errors after so many bytes. A stream of events may last, but not grow without end. */
export function boundedFetch(maxBytes: number): (url: string | URL, init?: RequestInit) => Promise<Response> {
  return async (url, init) => {
    const response = await fetch(url, init);
    if (response.body === null) return response;
    const { status, statusText, headers } = response;
    let left = maxBytes;
    const counted = response.body.pipeThrough(
      new TransformStream<Uint8Array, Uint8Array>({
        transform(chunk, controller) {
          left -= chunk.byteLength;
          if (left >= 0) controller.enqueue(chunk);
          else
            controller.error(
              new OrchestratorError('limit-reached', `The server sent more than ${maxBytes} bytes.`, {
                details: { maxBytes },
              }),
            );
        },
      }),
    );
    const bounded = new Response(counted, { status, statusText, headers });
    Object.defineProperty(bounded, 'url', { value: response.url });
    return bounded;
  };
}
