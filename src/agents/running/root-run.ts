/**
 * A child's id is its parent's, a slash and a key; the first part names the run that a caller submitted. A firing of a
 * schedule has an id of three parts itself: `schedule/ID/TIME`.
 */
export function rootOf(runId: string): string {
  if (!runId.includes('/')) return runId;
  return runId.split('/', runId.startsWith('schedule/') ? 3 : 1).join('/');
}
