/** Whether the executor of a DBOS that the application has launched can be supervised. */
import { OrchestratorError } from '../../../shared/errors.ts';

/** `dbos_transact_` stands before it in the names of sessions, which PostgreSQL cuts after 63 bytes. */
const LONGEST_ID = 48;

/** Throws `config-invalid`. */
export function checkAdoptable(executorId: string): void {
  const refuse = (why: string): never => {
    const message = `DBOS was launched as the executor "${executorId}", ${why}: give DBOS.setConfig an \`executorID\` that no other process has, such as randomUUID().`;
    throw new OrchestratorError('config-invalid', message, { details: { executorId } });
  };
  // A launch takes all runs of its own id, also those of a living process with the same one.
  if (executorId === 'local') refuse('which is the default of every process');
  if (Buffer.byteLength(executorId) > LONGEST_ID) refuse(`which is longer than ${LONGEST_ID} bytes`);
}
