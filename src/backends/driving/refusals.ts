/** What backends refuse, each in the same words. */
import { OrchestratorError } from '../../shared/errors.ts';

/** `illegal-transition`: functions are named before the start. */
export function registeredTooLate(name: string): OrchestratorError {
  const message = `Register "${name}" before the backend is started.`;
  return new OrchestratorError('illegal-transition', message, { details: { name } });
}

/** `stopped`: it takes no more. */
export function backendStopped(): OrchestratorError {
  return new OrchestratorError('stopped', 'The backend was stopped; make a new one.');
}

/** `already-exists`: the id is that of another run. */
export function otherRun(id: string): OrchestratorError {
  const message = `There is a run "${id}" already, with another function or input.`;
  return new OrchestratorError('already-exists', message, { details: { id } });
}

/** `unknown-dependency`. */
export function unknownDependency(id: string): OrchestratorError {
  const message = `There is no run "${id}" to depend on.`;
  return new OrchestratorError('unknown-dependency', message, { details: { dependency: id } });
}

/** `queue-full`; worth another try. */
export function queueFull(queue: string, held: number, maxWaiting: number): OrchestratorError {
  const message = `The queue "${queue}" holds ${held} waiting runs and takes no more.`;
  return new OrchestratorError('queue-full', message, { retryable: true, details: { queue, maxWaiting } });
}

/** `illegal-transition`: the step would wait for itself without end. */
export function stepInItself(runId: string, key: string): OrchestratorError {
  const message = `The step "${key}" of run ${runId} asks for itself; give the inner step another key.`;
  return new OrchestratorError('illegal-transition', message, { details: { runId, key } });
}

/** Throws `version-conflict` unless a record is at the version that the caller has read. */
export function checkVersion(key: string, version: number, expected: number): void {
  if (version === expected) return;
  throw new OrchestratorError('version-conflict', `"${key}" is at version ${version}, not ${expected}.`, {
    retryable: true,
    details: { key, expected, version },
  });
}
