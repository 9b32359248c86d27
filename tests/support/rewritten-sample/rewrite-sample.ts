/**
 * Writes the sample anew as another repository of the same worth: the words of its trade, its folders, quotes, order and
 * layout change through the syntax tree, and about half of the planted changes of `changes.ts` are made.
 */
import { fillSecrets } from '../../../src/cli/sample/fake-secrets.ts';
import type { SampleAnchor, SampleManifest } from '../../../src/cli/sample/manifest.ts';
import { buildSample, type PreparedSample, readSample } from '../../../src/cli/sample/prepare-sample.ts';
import { seededRandom } from '../../../src/testing/seeded.ts';
import { VARIANT_CHANGES } from './changes.ts';
import { createRename } from './rename.ts';
import { type Dice, insertComment, reshapeModule } from './reshape.ts';
import { TrackedText } from './tracked-text.ts';

type SampleParts = Awaited<ReturnType<typeof readSample>>;

/** The repository of a seed in a temporary folder. The same seed gives the same files and commit ids. */
export async function rewriteSample(seed: number): Promise<PreparedSample> {
  const dice = createDice(seed);
  const changed = applyChanges(await readSample(), dice);
  const renamed = renameAll(
    changed,
    createRename((items) => dice.pick(items)),
    { seed, dice },
  );
  return buildSample(reshapeAll(renamed, dice));
}

function createDice(seed: number): Dice {
  const next = seededRandom(seed);
  return { next, pick: (items) => items[Math.floor(next() * items.length)] as (typeof items)[number] };
}

/** About half of the changes. */
function applyChanges({ files: stored, manifest, history }: SampleParts, dice: Dice): SampleParts {
  const files: Record<string, string> = { ...stored };
  let { faults, lookAlikes } = manifest;
  for (const change of VARIANT_CHANGES) {
    if (dice.next() < 0.5) continue;
    for (const { path, find, replace } of change.edits) {
      const text = files[path] ?? '';
      if (text.split(find).length !== 2) throw new Error(`Expected \`${find}\` to be in ${path} once.`);
      files[path] = text.replace(find, () => replace);
    }
    const { drops = [], dropsLookAlikes = [] } = change;
    faults = [...faults.filter(({ id }) => !drops.includes(id)), ...(change.faults ?? [])];
    lookAlikes = [
      ...lookAlikes.filter(({ anchor }) => !dropsLookAlikes.includes(anchor)),
      ...(change.lookAlikes ?? []),
    ];
  }
  return { files, manifest: { schemaVersion: 1, faults, lookAlikes }, history };
}

function renameAll(
  { files, manifest, history }: SampleParts,
  rename: (text: string) => string,
  { seed, dice }: { readonly seed: number; readonly dice: Dice },
): SampleParts {
  const shiftMs = Math.floor(dice.next() * 300) * 24 * 60 * 60 * 1000;
  const place = ({ path, anchor, ...rest }: SampleAnchor): SampleAnchor => ({
    ...rest,
    path: rename(path),
    anchor: rename(anchor),
  });
  return {
    files: Object.fromEntries(
      Object.entries(files).map(([path, text]) => [
        rename(path),
        rename(text).replace(/(@@secret:[a-z0-9-]+:\w+)@@/g, (_whole, start: string) => `${start}-${seed}@@`),
      ]),
    ),
    manifest: mapAnchors(manifest, place, rename),
    history: history.map(({ date, author, message, files: names }) => ({
      date: new Date(Date.parse(date) - shiftMs).toISOString(),
      author,
      message: rename(message),
      files: names.map(rename),
    })),
  };
}

/** Rewrites each file; anchors become the whole line in which they end up. */
function reshapeAll({ files, manifest, history }: SampleParts, dice: Dice): SampleParts {
  const indent = dice.pick(['  ', '    ', '\t']);
  // Files that grow over several commits keep their order: it says how old their lines are.
  const grown = new Set(
    history.flatMap((one) => one.files.flatMap((name) => /^(.+)@\d+\/\d+$/.exec(name)?.[1] ?? [])),
  );
  const reshaped: Record<string, string> = {};
  const lines = new Map<string, string>();
  const places = allAnchors(manifest);
  for (const [path, text] of Object.entries(files)) {
    const anchors = [...new Set(places.filter((place) => place.path === path).map(({ anchor }) => anchor))];
    // What a placeholder will be filled with is not there yet.
    const here = anchors.filter((anchor) => text.includes(anchor));
    const tracked = new TrackedText(
      text,
      here.map((anchor) => text.indexOf(anchor)),
    );
    if (path.endsWith('.ts')) {
      reshapeModule(tracked, {
        dice,
        mayMove: !grown.has(path) && /^src\/(?!index|main)/.test(path),
        indent,
      });
    } else if (/\.ya?ml$|Dockerfile$|\.env/.test(path)) insertComment(tracked, '#', dice);
    else if (path.endsWith('.sql')) insertComment(tracked, '--', dice);
    reshaped[path] = tracked.text;
    const filled = fillSecrets(tracked.text).split('\n');
    for (const [index, line] of tracked.markedLines.entries()) {
      const full = fillSecrets(line);
      const isUnique = filled.filter((one) => one.includes(full)).length === 1;
      lines.set(`${path}\n${here[index]}`, isUnique ? full : (here[index] as string));
    }
  }
  const place = (one: SampleAnchor): SampleAnchor => ({
    ...one,
    anchor: lines.get(`${one.path}\n${one.anchor}`) ?? one.anchor,
  });
  return { files: reshaped, manifest: mapAnchors(manifest, place), history };
}

function allAnchors({ faults, lookAlikes }: SampleManifest): readonly SampleAnchor[] {
  return [...faults, ...faults.flatMap(({ alsoAt = [] }) => alsoAt), ...lookAlikes];
}

function mapAnchors(
  { faults, lookAlikes }: SampleManifest,
  map: (place: SampleAnchor) => SampleAnchor,
  rename: (path: string) => string = (path) => path,
): SampleManifest {
  return {
    schemaVersion: 1,
    faults: faults.map((fault) => ({
      ...fault,
      ...map(fault),
      ...(fault.paths === undefined ? {} : { paths: fault.paths.map(rename) }),
      ...(fault.alsoAt === undefined ? {} : { alsoAt: fault.alsoAt.map(map) }),
    })),
    lookAlikes: lookAlikes.map((entry) => ({ ...entry, ...map(entry) })),
  };
}
