/** Reads the tests of one Python file, for pytest and unittest. */
import type { TextFile } from '../../contracts/workspace.ts';
import { type PythonLine, pythonLines } from '../kit/python-lines.ts';
import type { TestFacts, TestProblem } from './test-facts.ts';

interface Block {
  readonly name: string;
  readonly line: number;
  readonly indent: number;
  readonly decorators: readonly string[];
  readonly body: PythonLine[];
  /** True inside another function, where nothing collects it. */
  readonly isInner: boolean;
}

const ASSERTION =
  /assert|raises|expect|check|verify|validate|ensure|compare|^(?:warns|fail|deprecated_call|should\w*)$/i;
const NOT_FAILING =
  /smoke|import|not_raise|no_raise|no_error|without_error|does_not|doesnt|no_crash|not_fail|runs|loads|renders/;

/** True for the names that pytest and unittest collect. */
export function isPythonTestPath(path: string): boolean {
  return /(?:^|\/)(?:test_[^/]*|[^/]*_tests?|tests)\.py$/.test(path);
}

/** The tests of a file, or undefined when it has none. */
export function reviewPythonTests(file: TextFile): TestFacts | undefined {
  const lines = pythonLines(file.text);
  const blocks = readBlocks(lines);
  const own = new Set(blocks.map(({ name }) => name));
  const asserting = new Set(blocks.filter(({ body }) => body.some(hasAssertion)).map(({ name }) => name));
  const tests = blocks.filter(({ name, isInner }) => !isInner && /^test(?:_|[A-Z]|$)/.test(name));
  if (tests.length === 0) return undefined;
  const problems: TestProblem[] = [];
  let skipped = 0;
  for (const test of tests) {
    if (test.decorators.some(isSkipMark) || skipsAtOnce(test)) {
      skipped += 1;
      problems.push({ rule: 'skipped-test', line: test.line, message: `The test ${test.name} never runs.` });
    } else if (!isChecking(test, asserting, own)) {
      problems.push({
        rule: 'test-without-assertion',
        line: test.line,
        message: `The test ${test.name} checks nothing.`,
      });
    }
  }
  const framework = lines.some(({ tokens }) => tokens[0]?.text === 'import' && tokens[1]?.text === 'unittest')
    ? 'unittest'
    : 'pytest';
  return { framework, tests: tests.length, skipped, focused: 0, todo: 0, problems };
}

/** Functions with their decorators (those of their class too) and the lines below them. */
function readBlocks(lines: readonly PythonLine[]): Block[] {
  const blocks: Block[] = [];
  const open: Block[] = [];
  const classes: { indent: number; decorators: readonly string[] }[] = [];
  let decorators: string[] = [];
  for (const line of lines) {
    while (open.length > 0 && line.indent <= (open.at(-1)?.indent ?? -1)) open.pop();
    while (classes.length > 0 && line.indent <= (classes.at(-1)?.indent ?? -1)) classes.pop();
    const [first, second, third] = line.tokens;
    if (first?.text === '@') {
      decorators.push(line.tokens.map(({ text }) => text).join(''));
      continue;
    }
    const isAsync = first?.text === 'async' && second?.text === 'def';
    if (first?.text === 'class') classes.push({ indent: line.indent, decorators });
    if (first?.text === 'def' || isAsync) {
      const block = {
        name: (isAsync ? third : second)?.text ?? '',
        line: line.line,
        indent: line.indent,
        decorators: [...decorators, ...classes.flatMap((one) => one.decorators)],
        body: [],
        isInner: open.length > 0,
      };
      blocks.push(block);
      for (const outer of open) outer.body.push(line);
      open.push(block);
    } else for (const block of open) block.body.push(line);
    decorators = [];
  }
  return blocks;
}

function isSkipMark(decorator: string): boolean {
  return /^@(?:pytest\.mark\.skip|unittest\.skip|skip)(?:\(|$)/.test(decorator);
}

/** `pytest.skip('why')` or `self.skipTest('why')` as the first statement. */
function skipsAtOnce({ body }: Block): boolean {
  const first = body.find(({ tokens }) => tokens[0]?.type !== 'string');
  const text =
    first?.tokens
      .slice(0, 4)
      .map((token) => token.text)
      .join('') ?? '';
  return text === 'pytest.skip(' || text === 'self.skipTest(';
}

function hasAssertion({ tokens }: PythonLine): boolean {
  return tokens.some(({ type, text }, index) => {
    // A test may run other code that checks, or be a doctest.
    if (type === 'string') return /\bassert\b|>>>/.test(text.slice(0, 20_000));
    if (type !== 'name') return false;
    // `eq = self.assertEqual` gives the method another name.
    if (text === 'assert' || text === 'raise' || /^assert[A-Z_]/.test(text)) return true;
    const isCalled = tokens[index + 1]?.text === '(';
    return isCalled && ASSERTION.test(text);
  });
}

function isChecking(
  { name, body }: Block,
  asserting: ReadonlySet<string>,
  own: ReadonlySet<string>,
): boolean {
  if (NOT_FAILING.test(name) || body.some(hasAssertion)) return true;
  return body.some(({ tokens }) =>
    tokens.some(({ type, text }, index) => {
      if (type !== 'name' || tokens[index + 1]?.text !== '(') return false;
      // A method that the file does not define is inherited, and may well check.
      const isInherited =
        tokens[index - 1]?.text === '.' && tokens[index - 2]?.text === 'self' && !own.has(text);
      return isInherited || asserting.has(text);
    }),
  );
}
