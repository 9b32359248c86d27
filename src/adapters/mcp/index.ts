/** Servers of the Model Context Protocol. */
export { MCPAdapter } from './mcp-adapter.ts';
export type { HttpServer, MCPAdapterOptions, StdioServer } from './mcp-options.ts';
export type { MCPData } from './result-data.ts';
export type { ToolChange } from './tool-pins.ts';
