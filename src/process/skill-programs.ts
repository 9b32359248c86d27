/** The programs that the built-in skills may run. A runner for a reviewed folder takes this as its allow-list. */

/** Names for `createProgramRunner({ allow })`; whether each is there is another question (`runner.which`). */
export const SKILL_PROGRAMS: readonly string[] = Object.freeze([
  'git',
  'node',
  'npm',
  'python3',
  'go',
  'cargo',
]);
