/** A child's id is its parent's, a slash and a key; the first part names the run that a caller submitted. */
export function rootOf(runId: string): string {
  const slash = runId.indexOf('/');
  return slash < 0 ? runId : runId.slice(0, slash);
}
