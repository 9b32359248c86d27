/** Preloaded by `npm run start:traced`: prints how long each request took. */
import { subscribe } from 'node:diagnostics_channel';

const started = new WeakMap<object, number>();

subscribe('http.server.request.start', (message) => {
  const { request } = message as { request: object };
  started.set(request, performance.now());
});

subscribe('http.server.response.finish', (message) => {
  const { request } = message as { request: { method?: string; url?: string } };
  const begin = started.get(request);
  if (begin === undefined) return;
  console.log(`${request.method} ${request.url} took ${(performance.now() - begin).toFixed(1)} ms`);
});
