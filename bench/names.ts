/** The benchmarks by the names they are called by; each is loaded when it runs. */
import type { Benchmark } from './measure.ts';

export const BENCHMARKS = {
  queue: async () => (await import('./task-queue.ts')).taskQueue,
  backend: async () => (await import('./backend.ts')).memoryBackend,
  sqlite: async () => (await import('./sqlite.ts')).sqliteBackend,
  scale: async () => (await import('./scale.ts')).scale,
  dbos: async () => (await import('./dbos.ts')).dbosBackend,
  workflow: async () => (await import('./workflow.ts')).workflow,
  import: async () => (await import('./import-time.ts')).importTime,
  review: async () => (await import('./review.ts')).review,
  model: async () => (await import('./model.ts')).model,
  runs: async () => (await import('./agent-runs.ts')).agentRuns,
  memory: async () => (await import('./memory-search.ts')).memorySearch,
} as const satisfies Record<string, () => Promise<Benchmark>>;

export function isBenchmarkName(name: string): name is keyof typeof BENCHMARKS {
  return Object.hasOwn(BENCHMARKS, name);
}
