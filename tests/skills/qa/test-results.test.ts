import { describe, expect, it } from 'vitest';
import {
  readCargoReport,
  readGoReport,
  readJestReport,
  readJUnitReport,
  readMochaReport,
  readNodeReport,
} from '../../../src/skills/qa/test-results.ts';

describe('reports of test runners', () => {
  it('reads only lines that carry the run’s own mark', () => {
    const text =
      'noise\n@x {"type":"test:pass","name":"a"}\n@y {"type":"test:pass"}\n@x {"type":"test:fail","name":"b","file":"/w/b.js","line":3,"message":"no"}\n@x {"type":"end"}\n@x {broken\n';
    expect(readNodeReport(text, '@x ')).toEqual({
      passed: 1,
      failed: 1,
      skipped: 0,
      failures: [{ name: 'b', file: '/w/b.js', line: 3, message: 'no' }],
    });
    expect(readNodeReport('nothing here', '@x ')).toBeUndefined();
    expect(readNodeReport('@x {"type":"end"}\n', '@x ')).toMatchObject({ passed: 0, failed: 0 });
  });

  it('takes the report of Node that was cut for none', () => {
    const cut = '@x {"type":"test:pass","name":"a"}\n@x {"type":"test:pass","na';
    expect(readNodeReport(cut, '@x ')).toBeUndefined();
  });

  it('counts a jest file that could not be loaded as a failure', () => {
    const text = JSON.stringify({
      numPassedTests: 1,
      numFailedTests: 0,
      numPendingTests: 2,
      numTodoTests: 1,
      testResults: [
        { name: '/w/a.test.js', status: 'failed', message: 'Cannot find module', assertionResults: [] },
      ],
    });
    expect(readJestReport(text)).toEqual({
      passed: 1,
      failed: 1,
      skipped: 3,
      failures: [
        { name: '/w/a.test.js', file: '/w/a.test.js', line: undefined, message: 'Cannot find module' },
      ],
    });
    expect(readJestReport('{"a":1}')).toBeUndefined();
    expect(readJestReport('')).toBeUndefined();
  });

  it('reads mocha', () => {
    const text = JSON.stringify({
      stats: { passes: 2, failures: 1, pending: 1 },
      failures: [{ fullTitle: 'a b', file: '/w/t.js', err: { message: 'no' } }],
    });
    expect(readMochaReport(text)).toEqual({
      passed: 2,
      failed: 1,
      skipped: 1,
      failures: [{ name: 'a b', file: '/w/t.js', line: undefined, message: 'no' }],
    });
  });

  it('counts the elements of JUnit XML and not what its attributes claim', () => {
    const text =
      '<?xml version="1.0"?><testsuites><testsuite tests="99" failures="0"><testcase classname="tests.test_a" name="test_b" file="tests/test_a.py" line="4"><failure message="1 &lt; &quot;2&quot;">x</failure></testcase>' +
      '<testcase classname="tests.test_a" name="test_c" time="0.1"/><testcase name="d"><skipped message="x"/></testcase><testcase name="e"><system-out>&lt;failure&gt;</system-out></testcase></testsuite></testsuites>';
    expect(readJUnitReport(text)).toEqual({
      passed: 2,
      failed: 1,
      skipped: 1,
      failures: [{ name: 'tests.test_a.test_b', file: 'tests/test_a.py', line: 5, message: '1 < "2"' }],
    });
    expect(readJUnitReport('no xml')).toBeUndefined();
  });

  it('reads the events of go test', () => {
    const lines = [
      { Action: 'pass', Package: 'p', Test: 'TestA' },
      { Action: 'output', Package: 'p', Test: 'TestB', Output: '    b_test.go:12: no\n' },
      { Action: 'fail', Package: 'p', Test: 'TestB' },
      { Action: 'skip', Package: 'p', Test: 'TestC' },
      { Action: 'fail', Package: 'p' },
    ].map((event) => JSON.stringify(event));
    expect(readGoReport(`building\n${lines.join('\n')}\n`)).toMatchObject({
      passed: 1,
      failed: 1,
      skipped: 1,
      failures: [{ name: 'p.TestB', file: 'b_test.go', line: 12 }],
    });
    expect(readGoReport('go: not a report\n')).toBeUndefined();
  });

  it('reads what cargo test prints', () => {
    const text =
      "running 3 tests\ntest tests::adds ... ok\ntest tests::fails ... FAILED\ntest tests::later ... ignored\n\nfailures:\n\n---- tests::fails stdout ----\nthread 'tests::fails' panicked at src/lib.rs:9:5:\nno\n\ntest result: FAILED. 1 passed; 1 failed\n";
    expect(readCargoReport(text)).toMatchObject({
      passed: 1,
      failed: 1,
      skipped: 1,
      failures: [{ name: 'tests::fails', file: 'src/lib.rs', line: 9 }],
    });
    expect(readCargoReport('error: could not compile\n')).toBeUndefined();
  });
});
