/**
 * A server of the Model Context Protocol for tests, over standard input and output. The environment variable MODE makes it
 * hostile; CALLS names a file that gets a line for each call.
 */
import { appendFileSync } from 'node:fs';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import { makeServer } from './make-server.ts';

const server = makeServer({
  mode: process.env['MODE'] ?? 'kind',
  onCall: (line) => {
    const file = process.env['CALLS'];
    if (file !== undefined) appendFileSync(file, `${line}\n`);
  },
});
if (process.env['MODE'] === 'mute') setInterval(() => undefined, 1000);
else await server.connect(new StdioServerTransport());
