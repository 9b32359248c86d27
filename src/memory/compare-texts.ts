/** Orders texts by their code units, which for times in ISO 8601 is the order of time. */
export function compareTexts(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
