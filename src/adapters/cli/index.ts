/** The adapter for programs of this machine. */
export { CLIAdapter, type CLIAdapterOptions, type RunData, type RunParameters } from './cli-adapter.ts';
