import type { IncomingMessage, ServerResponse } from 'node:http';

export interface RouteContext {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly url: URL;
  readonly params: Readonly<Record<string, string>>;
}

export type Handler = (context: RouteContext) => Promise<void> | void;

interface Route {
  readonly method: string;
  readonly parts: readonly string[];
  readonly handler: Handler;
}

/** Finds the handler for a path. `:name` stands for one part, `*` at the end for the rest. */
export class Router {
  readonly #routes: Route[] = [];

  add(method: string, path: string, handler: Handler): this {
    this.#routes.push({ method, parts: path.split('/'), handler });
    return this;
  }

  find(method: string, path: string): { handler: Handler; params: Record<string, string> } | undefined {
    const parts = path.split('/');
    for (const route of this.#routes) {
      if (route.method !== method) continue;
      const params = matchParts(route.parts, parts);
      if (params !== undefined) return { handler: route.handler, params };
    }
    return undefined;
  }
}

function matchParts(pattern: readonly string[], parts: readonly string[]): Record<string, string> | undefined {
  const params: Record<string, string> = {};
  for (const [index, part] of pattern.entries()) {
    if (part === '*') return { ...params, rest: parts.slice(index).join('/') };
    const given = parts[index];
    if (given === undefined) return undefined;
    if (part.startsWith(':')) params[part.slice(1)] = decodeURIComponent(given);
    else if (part !== given) return undefined;
  }
  return pattern.length === parts.length ? params : undefined;
}
