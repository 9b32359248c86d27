/** Fakes and contract suites for tests of what is built on this library. They need no particular test runner. */
export { type AdapterConformanceOptions, adapterConformance } from './adapter-conformance.ts';
export { type AgentConformanceOptions, agentConformance } from './agent-conformance.ts';
export {
  type BackendConformanceOptions,
  type BackendSubject,
  backendConformance,
  type ConformanceCase,
} from './backend-conformance.ts';
export type { ContractCase } from './conformance-case.ts';
export { createTestContext, type TestContext, type TestContextOptions } from './create-test-context.ts';
export { ManualClock } from './manual-clock.ts';
export { type ScriptedAnswer, ScriptedModel, type ScriptedRequest } from './scripted-model.ts';
export { seededIds, seededRandom } from './seeded.ts';
export { type SkillConformanceOptions, skillConformance } from './skill-conformance.ts';
