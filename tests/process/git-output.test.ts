import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseGitBlame } from '../../src/process/git-blame.ts';
import { outputOf } from '../../src/process/git-command.ts';
import { parseGitLog } from '../../src/process/git-log.ts';

const HASH = 'a'.repeat(40);
const OTHER = 'b'.repeat(40);

describe('reading a log', () => {
  it('leaves out the last commit when the output was cut', () => {
    const output = `${HASH}\x001\x00A\x00first\x00\n1\t0\ta.txt\x00\x00${OTHER}\x002\x00B\x00second\x00\n3\t`;
    const log = parseGitLog(output, true);
    expect(log.isTruncated).toBe(true);
    expect(log.commits).toEqual([
      {
        hash: HASH,
        time: 1_000,
        authorName: 'A',
        subject: 'first',
        files: [{ path: 'a.txt', added: 1, deleted: 0 }],
      },
    ]);
    expect(parseGitLog(output, false).commits).toHaveLength(2);
  });

  it('takes a subject or a name that imitates a record for what it is', () => {
    const output = `${HASH}\x001\x001\t1\tx\x00${OTHER}\x00\n1\t0\t${OTHER}\x00`;
    expect(parseGitLog(output, false).commits).toEqual([
      {
        hash: HASH,
        time: 1_000,
        authorName: '1\t1\tx',
        subject: OTHER,
        files: [{ path: OTHER, added: 1, deleted: 0 }],
      },
    ]);
  });

  it('never throws and never makes up more commits than there are hashes', () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.constant(HASH), fc.constant('1\t2\tx'), fc.string())),
        fc.boolean(),
        (fields, isCut) => {
          const { commits } = parseGitLog(fields.join('\0'), isCut);
          expect(commits.length).toBeLessThanOrEqual(fields.filter((field) => field.trim() === HASH).length);
        },
      ),
    );
  });

  it('gives nothing for nothing', () => {
    expect(parseGitLog('', false)).toEqual({ commits: [], isTruncated: false });
    expect(parseGitBlame('')).toEqual([]);
  });
});

describe('the output of git', () => {
  const result = {
    argv: ['git'],
    exitCode: 0,
    terminationSignal: null,
    stdout: 'text',
    stderr: '',
    durationMs: 5,
    truncated: false,
    timedOut: false,
    sandbox: 'process',
    evidence: {
      type: 'command',
      argv: ['git'],
      exitCode: 0,
      outputDigest: '',
      tool: 'git',
      durationMs: 5,
      sandbox: 'process',
    },
  } as const;

  it('is handed on when it succeeded', () => {
    expect(outputOf(result, 'log')).toBe('text');
  });

  it('is a typed error when it took too long, was ended, or failed', () => {
    const codeOf = (changes: object): unknown => {
      try {
        return outputOf({ ...result, ...changes }, 'log');
      } catch (error) {
        return (error as { code: string; message: string }).message;
      }
    };
    expect(codeOf({ timedOut: true })).toBe('git log did not finish in 5 ms.');
    expect(codeOf({ exitCode: null, terminationSignal: 'SIGKILL' })).toBe(
      'git log ended with SIGKILL: it gave no reason',
    );
    expect(codeOf({ exitCode: 128, stderr: 'fatal: bad\n' })).toBe('git log ended with 128: fatal: bad');
  });
});
