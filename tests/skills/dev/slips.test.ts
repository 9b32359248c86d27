import { describe, expect, it } from 'vitest';
import { codeHealth } from '../../../src/skills/dev/code-health.ts';
import { placesOf, runOver } from '../source/temp-folder.ts';

/** Lines of one rule in one file. */
async function linesOf(rule: string, text: string, path = 'src/a.ts'): Promise<number[]> {
  const artifact = await runOver(codeHealth, { [path]: text });
  expect(artifact.status).toBe('done');
  return placesOf(artifact, rule)
    .map((place) => Number(place.split(':')[1]))
    .sort((a, b) => a - b);
}

describe('syntax-error', () => {
  it('is found at its line', async () => {
    expect(await linesOf('syntax-error', 'const a = 1;\nfunction ( {')).toEqual([2]);
    expect(await linesOf('syntax-error', 'let a;\nlet a;')).toEqual([2]);
  });

  it('is not seen in test data, templates or samples meant to be broken', async () => {
    const artifact = await runOver(codeHealth, {
      'a.ts': '',
      'tests/fixtures/x.ts': 'const = ;',
      'tests/inputs/syntax-error.js': 'const = ;',
      'templates/x.ts': 'const <%= name %> = 1;',
    });
    expect(artifact.findings).toEqual([]);
  });
});

describe('debugger-statement', () => {
  it('is found in code, not in texts', async () => {
    expect(
      await linesOf(
        'debugger-statement',
        'function f() {\n  debugger;\n}\nconst s = "debugger;"; // debugger;',
      ),
    ).toEqual([2]);
  });
});

describe('empty-catch', () => {
  it('is found when nothing is done or said', async () => {
    expect(
      await linesOf('empty-catch', 'try { a(); } catch {}\ntry {\n  b();\n} catch (error) {\n}\n'),
    ).toEqual([1, 4]);
  });

  it('is found when the comment is only a note to a tool', async () => {
    expect(await linesOf('empty-catch', 'try { a(); } catch { /* eslint-disable-line no-empty */ }')).toEqual(
      [1],
    );
    expect(await linesOf('empty-catch', 'try { a(); } catch { // biome-ignore lint/x: y\n}')).toEqual([1]);
  });

  it('is not seen when a comment, a name or what follows explains it', async () => {
    const text = [
      'try { a(); } catch { /* the file may be gone */ }',
      'try { a(); } catch {',
      '  // nothing to clean up',
      '}',
      'try { a(); } catch {} // best effort',
      '// Closing twice is fine.',
      'try { a(); } catch {}',
      'try { a(); } catch (ignored) {}',
      'try { a(); } catch (error) { log(error); }',
      'function f() { try { return a(); } catch {}',
      '  return b(); }',
      'try { a(); } finally {}',
    ].join('\n');
    expect(await linesOf('empty-catch', text)).toEqual([]);
  });

  it('is not seen in tests', async () => {
    expect(await linesOf('empty-catch', 'try { a(); } catch {}', 'src/a.test.ts')).toEqual([]);
  });
});

describe('unreachable-code', () => {
  it('is found behind return, throw, break, continue and endless loops', async () => {
    const text = [
      'function a() { return 1;',
      '  dead(); }',
      'function b() { throw new Error();',
      '  dead(); }',
      'for (;;) { if (x) { break;',
      '  dead(); } else { continue;',
      '  dead(); } }',
      'function c() { while (true) { x(); }',
      '  dead(); }',
      'function d() { if (x) { return 1; } else { return 2; }',
      '  dead(); }',
      'function e() { try { return 1; } catch { return 2; }',
      '  dead(); }',
      'function f() { switch (x) { case 1: return 1; default: throw 2; }',
      '  dead(); }',
      'switch (x) { case 1: return;',
      '  dead(); }',
    ].join('\n');
    expect(await linesOf('unreachable-code', text)).toEqual([2, 4, 6, 7, 9, 11, 13, 15, 17]);
  });

  it('is not seen where control can pass, or what follows is hoisted', async () => {
    const text = [
      'function a() { return b(); function b() {} }',
      'function c() { if (x) return 1; return 2; }',
      'function d() { for (;;) { if (x) break; } alive(); }',
      'function e() { while (true) { switch (x) { case 1: break; } if (y) break; } alive(); }',
      'outer: for (;;) { for (;;) { break outer; } }',
      'alive();',
      'function g() { return; var x; type T = string; }',
      'switch (x) { case 1: return 1; break; case 2: alive(); }',
      'function h() { switch (x) { case 1: return 1; case 2: break; default: return 2; } alive(); }',
      'function i() { try { return 1; } catch { note(); } alive(); }',
      'function j() { try { return 1; } finally { note(); } }',
      'function k() { do { if (x) continue; } while (y); alive(); }',
      'const l = () => { switch (x) { case 1: return 1; } alive(); };',
    ].join('\n');
    expect(await linesOf('unreachable-code', text)).toEqual([]);
  });
});

describe('unreachable-code in tests', () => {
  it('is found behind return, not behind throw', async () => {
    const text =
      'function a() { throw new Error();\n  return 1; }\nfunction b() { return;\n  expect(1).toBe(2); }';
    expect(await linesOf('unreachable-code', text, 'src/a.test.ts')).toEqual([4]);
  });
});

describe('duplicate-case', () => {
  it('is found for equal values, however spaced', async () => {
    const text =
      "switch (x) {\n  case 'a': f(); break;\n  case 'b': g(); break;\n  case 'a': h(); break;\n  case K.one: break;\n  case K . one: break;\n}";
    expect(await linesOf('duplicate-case', text)).toEqual([4, 6]);
  });

  it('is not seen for different types, nested switches or calls', async () => {
    const text =
      "switch (x) {\n  case 1: switch (y) { case 1: break; case 2: break; } break;\n  case '1': break;\n  case next(): break;\n  case next(): break;\n}";
    expect(await linesOf('duplicate-case', text)).toEqual([]);
  });
});

describe('self-comparison', () => {
  it('is found for names and members', async () => {
    expect(
      await linesOf(
        'self-comparison',
        'if (user.id === user.id) f();\nconst same = total >= total;\nif (a[0] != a[0]) g();',
      ),
    ).toEqual([1, 2, 3]);
  });

  it('is not seen for calls, other sides, NaN checks or tests', async () => {
    const text = [
      'if (next() === next()) f();',
      'if (a.x === b.x || a[0] === a[1]) f();',
      'const isNaN1 = (value: number) => value !== value; // NaN',
      '',
      '',
      '',
      'function isNan(v: number) { return v !== v; }',
      '',
      '',
      '',
      'if (i++ < i++) f();',
    ].join('\n');
    expect(await linesOf('self-comparison', text)).toEqual([]);
    expect(await linesOf('self-comparison', 'expect(a.b === a.b).toBe(true);', 'a.test.ts')).toEqual([]);
  });
});

describe('assignment-in-condition', () => {
  it('is found in a condition that should compare', async () => {
    expect(
      await linesOf(
        'assignment-in-condition',
        "if (state = 'done') f();\nif (a = b) g();\nwhile (running = true) h();\nif (x && (y = 5)) i();\nif (!(z = 0)) j();\nif ((state = 'new')) k();",
      ),
    ).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('is not seen where the assignment is meant', async () => {
    const text = [
      'while ((m = re.exec(s)) !== null) f(m);',
      'while ((m = re.exec(s))) f(m);',
      'while (node = node.parent) f(node);',
      'if ((m = s.match(re))) f(m);',
      'if (x && (m = s.match(re))) f(m);',
      'for (let i = 0, n; (n = list[i]); i += 1) f(n);',
      'a = b ? c : d;',
      'if (f(a = 1)) g();',
      'if (list.some((x) => (last = x))) g();',
      'do { x = 1; } while (x === 1);',
      'if (a === b) g();',
    ].join('\n');
    expect(await linesOf('assignment-in-condition', text)).toEqual([]);
  });
});

describe('figures', () => {
  it('does not apply where there is no module', async () => {
    const artifact = await runOver(codeHealth, { 'a.py': 'x = 1' });
    expect(artifact.status).toBe('not-applicable');
  });

  it('names the most complex functions, tests left out', async () => {
    const artifact = await runOver(codeHealth, {
      'src/a.ts': [
        'export function simple() { return 1; }',
        'export const knotted = (a: number, b?: number) => {',
        '  if (a > 1 && b) return 1;',
        '  for (const x of [1]) { switch (x) { case 1: break; case 2: break; default: } }',
        '  const inner = () => (a ? 1 : 2);',
        '  try { return b ?? 1; } catch { return a ? inner() : 0; }',
        '};',
        'export class K { run() { while (1) { if (this) return; } } }',
      ].join('\n'),
      'src/a.test.ts': `function t() { ${'if (a) b();'.repeat(30)} }`,
    });
    expect(artifact.data['hotSpots']).toEqual([
      { path: 'src/a.ts', name: 'knotted', line: 2, endLine: 7, complexity: 9 },
      { path: 'src/a.ts', name: 'K.run', line: 8, endLine: 8, complexity: 3 },
      { path: 'src/a.ts', name: 'inner', line: 5, endLine: 5, complexity: 2 },
      { path: 'src/a.ts', name: 'simple', line: 1, endLine: 1, complexity: 1 },
    ]);
    expect(artifact.data).toMatchObject({ moduleCount: 2, functionCount: 4, averageComplexity: 3.75 });
  });

  it('says which files it could not read, and skips what programs write', async () => {
    const artifact = await runOver(codeHealth, {
      'a.ts': 'const = 1;\nexport const b = 1;\nfoo(',
      'bundle.js': `debugger;${'x();'.repeat(2000)}`,
    });
    expect(artifact.data['notParsed']).toEqual([{ path: 'a.ts', reason: 'Unexpected token' }]);
    expect(placesOf(artifact)).toEqual(['syntax-error a.ts:1']);
  });
});
