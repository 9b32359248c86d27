/** What a test file holds, whatever its language. */

export interface TestProblem {
  readonly rule: 'focused-test' | 'skipped-test' | 'test-without-assertion';
  readonly line: number;
  readonly message: string;
}

export interface TestFacts {
  /** `vitest`, `node:test`, `pytest` …; `globals` where names come from nowhere. */
  readonly framework: string;
  readonly tests: number;
  readonly skipped: number;
  readonly focused: number;
  /** Announced and not written yet: `it.todo`. */
  readonly todo: number;
  readonly problems: readonly TestProblem[];
}
