import { describe, expect, it } from 'vitest';
import { importsOf, sourceFiles } from './source-files.ts';

/** Lowest first; rooms on one line share a rank and don't import each other. */
const RANKS = [
  ['shared'],
  ['observability'],
  ['contracts'],
  ['process'],
  ['config', 'security', 'workspace'],
  ['tasks'],
  ['backends', 'memory', 'llm', 'adapters', 'plugins'],
  ['autogen'],
  ['skills'],
  ['evaluation'],
  ['agents'],
  ['conversation', 'correction', 'report'],
  ['workflow'],
  ['orchestrator'],
  ['dashboard', 'testing'],
  ['cli'],
] as const;

const rankOf = (room: string): number =>
  RANKS.findIndex((rooms) => (rooms as readonly string[]).includes(room));
const roomOf = (path: string): string => path.split('/')[1] ?? '';
const files = sourceFiles('src');
const ROOT_ENTRY = 'src/index.ts';

describe('import ranks', () => {
  it('finds the source', () => {
    expect(files.length).toBeGreaterThan(50);
  });

  it('knows the rank of every room', () => {
    const unknown = files
      .filter(({ path }) => path !== ROOT_ENTRY && rankOf(roomOf(path)) < 0)
      .map(({ path }) => path);
    expect(unknown).toEqual([]);
  });

  it('lets imports flow down only', () => {
    const wrong = files
      .filter(({ path }) => path !== ROOT_ENTRY)
      .flatMap((file) =>
        importsOf(file)
          .filter(
            ({ target }) =>
              roomOf(target) !== roomOf(file.path) && rankOf(roomOf(target)) >= rankOf(roomOf(file.path)),
          )
          .map(({ target }) => `${file.path} imports ${target}`),
      );
    expect(wrong).toEqual([]);
  });

  it('keeps files in their own folder or reachable ones: every import names an existing file', () => {
    const known = new Set(files.map(({ path }) => path));
    const missing = files.flatMap((file) =>
      importsOf(file)
        .filter(({ target }) => !known.has(target))
        .map(({ target }) => `${file.path} imports ${target}`),
    );
    expect(missing).toEqual([]);
  });

  it('has no cycle among the imports of values', () => {
    const edges = new Map(
      files.map((file) => [
        file.path,
        importsOf(file)
          .filter(({ isTypeOnly }) => !isTypeOnly)
          .map(({ target }) => target),
      ]),
    );
    const state = new Map<string, 'open' | 'done'>();
    const cycles: string[] = [];
    const visit = (path: string, trail: readonly string[]): void => {
      if (state.get(path) === 'done') return;
      if (state.get(path) === 'open') {
        cycles.push([...trail.slice(trail.indexOf(path)), path].join(' > '));
        return;
      }
      state.set(path, 'open');
      for (const target of edges.get(path) ?? []) visit(target, [...trail, path]);
      state.set(path, 'done');
    };
    for (const path of edges.keys()) visit(path, []);
    expect(cycles).toEqual([]);
  });
});
