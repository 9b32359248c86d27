/** Makes the sample repository in a temporary folder: files, made-up secrets and, where there is git, a history. */
import { mkdir, mkdtemp, readdir, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createRepository } from '../../process/git-repository.ts';
import { createProgramRunner } from '../../process/program-runner.ts';
import { OrchestratorError } from '../../shared/errors.ts';
import { packageRoot } from '../package-root.ts';
import { commitPlans } from './commit-plans.ts';
import { fillSecrets } from './fake-secrets.ts';
import { checkManifest, type PlacedManifest, placeManifest, type SampleManifest } from './manifest.ts';
import { readSampleFiles, type SampleFiles } from './sample-files.ts';
import { SAMPLE_HISTORY, type SampleCommit } from './sample-history.ts';

export interface PrepareSampleOptions {
  /** The stored sample; its manifest lies beside it as `<source>.manifest.json`. @default the one in this package */
  readonly source?: string;
  /** An empty or new folder. @default a new temporary folder, which `dispose` removes */
  readonly into?: string;
  readonly signal?: AbortSignal;
}

export interface PreparedSample {
  /** Real path of the repository. */
  readonly root: string;
  readonly manifest: PlacedManifest;
  /** `absent` where git is not installed; rules about age and change have nothing to go by then. */
  readonly history:
    | { readonly status: 'made'; readonly commit: string; readonly commits: number }
    | { readonly status: 'absent'; readonly reason: string };
  /** Removes the temporary folder, or only what was made in `into`. */
  dispose(): Promise<void>;
}

/** The parts a sample is made of; placeholders of secrets are still in the files. */
export interface SampleParts {
  readonly files: SampleFiles;
  readonly manifest: SampleManifest;
  readonly history: readonly SampleCommit[];
}

/** The same sample gives the same files and commit ids. Rejects with `not-found`, `evidence-mismatch` or the signal's reason. */
export async function prepareSample({
  source,
  into,
  signal,
}: PrepareSampleOptions = {}): Promise<PreparedSample> {
  return buildSample(await readSample(source, signal), {
    ...(into === undefined ? {} : { into }),
    ...(signal === undefined ? {} : { signal }),
  });
}

/** Reads the parts of a stored sample. */
export async function readSample(
  source = join(packageRoot(), 'examples', 'sample-shop'),
  signal?: AbortSignal,
): Promise<SampleParts> {
  const files = await readSampleFiles(source, { signal });
  const path = `${source}.manifest.json`;
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new OrchestratorError('not-found', `The sample's manifest ${path} can't be read.`, {
      cause,
      details: { path },
    });
  });
  const manifest = checkManifest(parseManifest(path, text));
  return { files, manifest, history: manifest.history ?? SAMPLE_HISTORY };
}

/** Writes a sample down. */
export async function buildSample(
  { files: stored, manifest, history }: SampleParts,
  { into, signal }: { readonly into?: string; readonly signal?: AbortSignal } = {},
): Promise<PreparedSample> {
  const files = Object.fromEntries(Object.entries(stored).map(([path, text]) => [path, fillSecrets(text)]));
  const placed = placeManifest(manifest, files);
  const plans = commitPlans(history, files);
  signal?.throwIfAborted();
  const root = await makeFolder(into);
  const dispose = async (): Promise<void> => {
    if (into === undefined) return rm(dirname(root), { recursive: true, force: true });
    for (const name of await readdir(root)) await rm(join(root, name), { recursive: true, force: true });
  };
  try {
    const runner = createProgramRunner({ root, allow: ['git'] });
    if ((await runner.which('git')) === undefined) {
      await writeFiles(root, files, signal);
      return {
        root,
        manifest: placed,
        history: { status: 'absent', reason: 'git is not installed.' },
        dispose,
      };
    }
    const commit = await createRepository(runner, root, plans, signal === undefined ? {} : { signal });
    return { root, manifest: placed, history: { status: 'made', commit, commits: plans.length }, dispose };
  } catch (error) {
    await dispose();
    throw error;
  }
}

async function makeFolder(into: string | undefined): Promise<string> {
  if (into === undefined) {
    // The folder's own name is what a report calls the project: it must not change from run to run.
    const root = join(await realpath(await mkdtemp(join(tmpdir(), 'sample-'))), 'sample-shop');
    await mkdir(root);
    return root;
  }
  await mkdir(into, { recursive: true });
  if ((await readdir(into)).length > 0) {
    throw new OrchestratorError('already-exists', `The folder ${into} is not empty.`, { details: { into } });
  }
  return realpath(into);
}

async function writeFiles(root: string, files: SampleFiles, signal: AbortSignal | undefined): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    signal?.throwIfAborted();
    const absolute = join(root, path);
    await mkdir(dirname(absolute), { recursive: true });
    await writeFile(absolute, text);
  }
}

function parseManifest(path: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new OrchestratorError('invalid-json', `The sample's manifest ${path} is not JSON.`, { cause });
  }
}
