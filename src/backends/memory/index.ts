/** The memory backend: the default of the orchestrator and of the workflow engine. */
export { MemoryBackend, type MemoryBackendOptions } from './memory-backend.ts';
