import { execFile } from 'node:child_process';
import { cp, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { packageRoot } from '../../src/cli/package-root.ts';
import { fillSecrets } from '../../src/cli/sample/fake-secrets.ts';
import { checkManifest, placeManifest } from '../../src/cli/sample/manifest.ts';
import { type PreparedSample, prepareSample } from '../../src/cli/sample/prepare-sample.ts';
import { readSampleFiles } from '../../src/cli/sample/sample-files.ts';

const run = promisify(execFile);
const SOURCE = join(packageRoot(), 'examples', 'sample-shop');

async function prepared(options?: Parameters<typeof prepareSample>[0]): Promise<PreparedSample> {
  const sample = await prepareSample(options);
  onTestFinished(() => sample.dispose());
  return sample;
}

async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'sample-test-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

const git = async (root: string, ...given: string[]): Promise<string> =>
  (await run('git', ['-C', root, ...given])).stdout.trim();

describe('the prepared sample', () => {
  it('has the real names, whole secrets and a clean history of more than a year', async () => {
    const { root, history } = await prepared();
    expect(basename(root)).toBe('sample-shop');
    expect(await readdir(root)).toEqual(
      expect.arrayContaining(['.env.example', '.github', '.gitignore', 'package-lock.json']),
    );
    const files = await readSampleFiles(root);
    expect(Object.keys(files).filter((path) => !path.startsWith('.git/') && /(?:^|\/)_/.test(path))).toEqual(
      [],
    );
    expect(files['config/signing-key.pem']).toMatch(/^-----BEGIN/);
    expect(await git(root, 'grep', '-c', '@@secret').catch(() => 'none')).toBe('none');
    expect(await git(root, 'status', '--porcelain')).toBe('');
    const dates = (await git(root, 'log', '--format=%ct')).split('\n').map(Number);
    expect(history).toMatchObject({ status: 'made', commits: dates.length });
    expect(dates.length).toBeGreaterThanOrEqual(25);
    expect((dates[0] as number) - (dates.at(-1) as number)).toBeGreaterThan(365 * 86_400);
    expect(dates).toEqual([...dates].sort((a, b) => b - a));
  });

  it('is the same in every copy, down to the commit', async () => {
    const [one, other] = [await prepared(), await prepared()];
    expect(one.history).toEqual(other.history);
    expect(one.root).not.toBe(other.root);
  });

  it('goes where it is told, if that is empty, and clears away what it made', async () => {
    const folder = await temporaryFolder();
    const sample = await prepareSample({ into: folder });
    expect(sample.root.endsWith(basename(folder))).toBe(true);
    await expect(prepareSample({ into: folder })).rejects.toMatchObject({ code: 'already-exists' });
    await sample.dispose();
    expect(await readdir(folder)).toEqual([]);
  });

  it('leaves no folder behind', async () => {
    const sample = await prepareSample();
    await sample.dispose();
    await expect(stat(join(sample.root, '..'))).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('is made without a history where git is not installed', async () => {
    vi.stubEnv('PATH', await temporaryFolder());
    onTestFinished(() => void vi.unstubAllEnvs());
    const sample = await prepared();
    expect(sample.history).toEqual({ status: 'absent', reason: 'git is not installed.' });
    expect(await readdir(sample.root)).toContain('package-lock.json');
    expect(await readdir(sample.root)).not.toContain('.git');
  });

  it('stops when it is told to', async () => {
    await expect(prepareSample({ signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow('enough');
  });

  it('needs a sample with its manifest', async () => {
    const folder = await temporaryFolder();
    await expect(prepareSample({ source: join(folder, 'none') })).rejects.toMatchObject({
      code: 'not-found',
    });
    await cp(SOURCE, join(folder, 'shop'), { recursive: true });
    await expect(prepareSample({ source: join(folder, 'shop') })).rejects.toMatchObject({
      code: 'not-found',
      message: expect.stringContaining('shop.manifest.json'),
    });
    await writeFile(join(folder, 'shop.manifest.json'), '{ "schemaVersion": 2 }');
    await expect(prepareSample({ source: join(folder, 'shop') })).rejects.toThrow(/schemaVersion/);
  });

  it('passes its own tests but for the one that is meant to fail', { timeout: 60_000 }, async () => {
    const { root } = await prepared();
    const { stdout } = await run(process.execPath, ['--test', '--test-reporter=tap', 'tests/**/*.test.ts'], {
      cwd: root,
      env: { PATH: process.env['PATH'] },
    }).catch((error: { stdout: string }) => error);
    expect(stdout.match(/^\s*not ok \d+ - .*/gm)?.map((line) => line.trim())).toEqual([
      expect.stringMatching(/^not ok \d+ - rounds half a cent up$/),
    ]);
    expect(Number(/^# pass (\d+)/m.exec(stdout)?.[1])).toBeGreaterThan(40);
  });
});

describe('what is stored', () => {
  it('holds no whole secret', async () => {
    const files = await readSampleFiles(SOURCE);
    const stored = Object.values(files).join('\n');
    expect(stored).toContain('@@secret:');
    expect(stored).not.toMatch(
      /AKIA(?!IOSFODNN7EXAMPLE)[A-Z0-9]{16}|ghp_\w{36}|sk_live_\w{20}|xox[bp]-\d|eyJ[\w-]{10,}\.eyJ|-----BEGIN [A-Z ]*PRIVATE/,
    );
  });
});

describe('made-up secrets', () => {
  it.each([
    ['aws-key-id', /^AKIA[A-Z2-7]{16}$/],
    ['github-token', /^ghp_[A-Za-z0-9]{36}$/],
    ['npm-token', /^npm_[A-Za-z0-9]{36}$/],
    ['stripe-key', /^sk_live_[A-Za-z0-9]{24}$/],
    ['slack-token', /^xoxb-\d{12}-\d{12}-[A-Za-z0-9]{24}$/],
    ['jwt', /^eyJ[\w-]+\.eyJ[\w-]+\.[\w-]{43}$/],
    ['url-password', /^[A-Za-z]{6}\d{3}[A-Za-z0-9]{9}$/],
    ['random-hex', /^[0-9a-f]{64}$/],
    ['random-base64', /^[A-Za-z0-9+/]{40}$/],
    ['private-key', /^-----BEGIN EC PRIVATE KEY-----\n[\s\S]+\n-----END EC PRIVATE KEY-----$/],
  ])('of the kind %s have its form, and follow from the seed', (kind, form) => {
    const make = (seed: string): string => fillSecrets(`@@secret:${kind}:${seed}@@`);
    expect(make('a')).toMatch(form);
    expect(make('a')).toBe(make('a'));
    expect(make('a')).not.toBe(make('b'));
  });

  it('of an unknown kind are refused', () => {
    expect(() => fillSecrets('@@secret:constructor:a@@')).toThrow(/Expected `kind`/);
  });
});

describe('the manifest', () => {
  const entry = { skill: 's', rule: 'r', path: 'a.txt', anchor: 'two', note: 'n' };
  const manifest = (parts: object): unknown => ({ schemaVersion: 1, faults: [], lookAlikes: [], ...parts });
  const files = { 'a.txt': 'one\ntwo\nthree\ntwo more\n', 'b.txt': 'one\ntwo\n' };

  it('finds the line of each anchor', () => {
    const { faults, lookAlikes } = placeManifest(
      checkManifest(
        manifest({
          faults: [{ ...entry, id: 'x', anchor: 'three', offset: -1, alsoAt: [{ anchor: 'one' }] }],
          lookAlikes: [{ ...entry, anchor: 'two more' }],
        }),
      ),
      files,
    );
    expect(faults).toMatchObject([
      {
        line: 2,
        paths: ['a.txt'],
        places: [
          { path: 'a.txt', line: 2 },
          { path: 'a.txt', line: 1 },
        ],
      },
    ]);
    expect(lookAlikes).toMatchObject([{ line: 4 }]);
  });

  it.each([
    ['two', 'a.txt', /Lines 2, 4 hold it.*`two` of a\.txt/],
    ['four', 'a.txt', /No line holds it.*`four` of a\.txt/],
    ['two', 'c.txt', /no such file.*c\.txt/],
  ])('names the anchor %s of %s when it can not be placed', (anchor, path, message) => {
    const checked = checkManifest(manifest({ lookAlikes: [{ ...entry, anchor, path }] }));
    expect(() => placeManifest(checked, files)).toThrow(message);
  });

  it.each([
    [{ faults: {} }, /manifest\.faults/],
    [{ faults: [entry] }, /manifest\.faults\[0\]\.id/],
    [
      {
        faults: [
          { ...entry, id: 'x' },
          { ...entry, id: 'x' },
        ],
      },
      /unique/,
    ],
    [{ lookAlikes: [{ ...entry, note: 3 }] }, /manifest\.lookAlikes\[0\]\.note/],
    [{ lookAlikes: [{ ...entry, offset: 7 }] }, /offset/],
  ])('of a wrong shape is refused: %j', (parts, message) => {
    expect(() => checkManifest(manifest(parts))).toThrow(message);
  });

  it('has a fault and a look-alike with unique anchors for every skill with rules', async () => {
    const value: unknown = JSON.parse(await readFile(`${SOURCE}.manifest.json`, 'utf8'));
    const { faults, lookAlikes } = checkManifest(value);
    const skills = (list: readonly { readonly skill: string }[]): string[] =>
      [...new Set(list.map(({ skill }) => skill))].sort((a, b) => a.localeCompare(b));
    expect(skills(faults)).toEqual(skills(lookAlikes));
    expect(lookAlikes.length).toBeGreaterThanOrEqual(faults.length);
  });
});
