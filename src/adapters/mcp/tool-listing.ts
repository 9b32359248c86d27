/** What a server offers, looked at with caps, and the digest by which a tool is known again. */
import { OrchestratorError } from '../../shared/errors.ts';
import { digestJson, isPlainObject, type JsonObject, toJsonValue } from '../../shared/json.ts';

/** One tool of a server. */
export interface ListedTool {
  /** The server's name for it. */
  readonly name: string;
  readonly description: string;
  readonly parameters: JsonObject;
  /** Whether the server says that it only reads. */
  readonly saysReadOnly: boolean;
  /** SHA-256 of name, description and schema. */
  readonly digest: string;
}

/** The part of the SDK's client that lists. */
interface Lister {
  listTools(
    parameters: { cursor?: string },
    options: { timeout: number; signal?: AbortSignal },
  ): Promise<{ readonly tools: readonly unknown[]; readonly nextCursor?: string | undefined }>;
}

const MOST_TOOLS = 200;
const MOST_PAGES = 50;
const MOST_DESCRIPTION = 4000;
const MOST_SCHEMA = 50_000;

/** All tools by name. Rejects with `limit-reached` when a server offers more than any model could use. */
export async function listTools(
  client: Lister,
  server: string,
  options: { timeout: number },
): Promise<ReadonlyMap<string, ListedTool>> {
  const found = new Map<string, ListedTool>();
  let cursor: string | undefined;
  for (let page = 1; ; page += 1) {
    const answer = await client.listTools(cursor === undefined ? {} : { cursor }, options);
    for (const tool of answer.tools) {
      const listed = read(tool, server);
      if (found.has(listed.name)) throw tooMuch(server, `two tools named ${JSON.stringify(listed.name)}`);
      found.set(listed.name, listed);
    }
    if (found.size > MOST_TOOLS || page > MOST_PAGES)
      throw tooMuch(server, `more than ${MOST_TOOLS} tools or ${MOST_PAGES} pages of them`);
    if (answer.nextCursor === undefined) return found;
    cursor = answer.nextCursor;
  }
}

function read(tool: unknown, server: string): ListedTool {
  const { name, description = '', inputSchema, annotations } = isPlainObject(tool) ? tool : {};
  if (typeof name !== 'string' || name === '' || name.length > 200 || !isPlainObject(inputSchema))
    throw tooMuch(server, 'a tool without a usable name and input schema');
  if (typeof description !== 'string' || description.length > MOST_DESCRIPTION)
    throw tooMuch(server, `a description of ${name} of more than ${MOST_DESCRIPTION} characters`);
  const { $schema: _dialect, ...schema } = inputSchema;
  const parameters = toJsonValue(schema) as JsonObject;
  if (JSON.stringify(parameters).length > MOST_SCHEMA)
    throw tooMuch(server, `a schema of ${name} of more than ${MOST_SCHEMA} characters`);
  return {
    name,
    description,
    parameters,
    saysReadOnly: isPlainObject(annotations) && annotations['readOnlyHint'] === true,
    digest: digestJson({ name, description, parameters }),
  };
}

function tooMuch(server: string, what: string): OrchestratorError {
  return new OrchestratorError('limit-reached', `The MCP server ${server} offers ${what}.`, {
    details: { adapter: server },
  });
}
