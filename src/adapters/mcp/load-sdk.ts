/** Gets the SDK of the Model Context Protocol when it is first needed: it is optional, and large. */
import { OrchestratorError } from '../../shared/errors.ts';

/** Rejects with `optional-package-missing`. */
export async function loadSdk() {
  try {
    const [client, http, stdio, types] = await Promise.all([
      import('@modelcontextprotocol/sdk/client/index.js'),
      import('@modelcontextprotocol/sdk/client/streamableHttp.js'),
      import('@modelcontextprotocol/sdk/shared/stdio.js'),
      import('@modelcontextprotocol/sdk/types.js'),
    ]);
    return {
      Client: client.Client,
      HttpTransport: http.StreamableHTTPClientTransport,
      ReadBuffer: stdio.ReadBuffer,
      serializeMessage: stdio.serializeMessage,
      ToolsChanged: types.ToolListChangedNotificationSchema,
    };
  } catch (error) {
    throw new OrchestratorError(
      'optional-package-missing',
      'An MCP server needs the package @modelcontextprotocol/sdk: npm install @modelcontextprotocol/sdk@1',
      { cause: error, details: { package: '@modelcontextprotocol/sdk' } },
    );
  }
}

export type Sdk = Awaited<ReturnType<typeof loadSdk>>;
