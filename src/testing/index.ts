/** Fakes and contract suites for tests of what is built on this library. They need no particular test runner. */
export { backendConformance } from './backend-conformance.ts';
export { createTestContext, type TestContext, type TestContextOptions } from './create-test-context.ts';
export { ManualClock } from './manual-clock.ts';
export { ScriptedModel, type ScriptedAnswer, type ScriptedRequest } from './scripted-model.ts';
export { seededIds, seededRandom } from './seeded.ts';
