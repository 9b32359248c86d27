/** The backend that keeps runs in memory. */
export { MemoryBackend, type MemoryBackendOptions } from './memory-backend.ts';
