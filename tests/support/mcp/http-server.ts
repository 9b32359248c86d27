/** The test server behind streamable HTTP, in this process, with what came in. */
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { makeServer } from './make-server.ts';

export interface HttpTestServer {
  readonly url: string;
  readonly requests: readonly { readonly method: string; readonly headers: IncomingHttpHeaders }[];
  readonly calls: readonly string[];
  close(): Promise<void>;
}

/** Sessions are kept as the protocol says; paths other than `/mcp` redirect to `elsewhere`. */
export async function startHttpServer(elsewhere?: string): Promise<HttpTestServer> {
  const requests: { method: string; headers: IncomingHttpHeaders }[] = [];
  const calls: string[] = [];
  const sessions = new Map<string, StreamableHTTPServerTransport>();
  const http = createServer(async (request, response) => {
    requests.push({ method: request.method ?? '', headers: request.headers });
    if (elsewhere !== undefined) {
      response.writeHead(307, { location: elsewhere }).end();
      return;
    }
    const known = sessions.get(String(request.headers['mcp-session-id']));
    if (known !== undefined) {
      await known.handleRequest(request, response);
      return;
    }
    const transport = new StreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      onsessioninitialized: (id) => void sessions.set(id, transport),
    });
    const server = makeServer({ mode: 'kind', onCall: (line) => calls.push(line) });
    await server.connect(transport as never);
    await transport.handleRequest(request, response);
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}/mcp`,
    requests,
    calls,
    async close() {
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
    },
  };
}
