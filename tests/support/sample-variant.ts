/**
 * Makes another shop out of the sample: other names, literals, lines and shapes, other faults. A skill that was fitted to
 * the sample itself shows here. The same seed gives the same variant.
 */
import { fillSecrets } from '../../src/cli/sample/fake-secrets.ts';
import { type PlacedFault, type PlacedLookAlike, placeManifest } from '../../src/cli/sample/manifest.ts';
import { buildSample, type PreparedSample, readSample } from '../../src/cli/sample/prepare-sample.ts';
import type { SampleCommit } from '../../src/cli/sample/sample-history.ts';
import { seededRandom } from '../../src/testing/seeded.ts';
import { ADDED_FAULTS, ADDED_LOOK_ALIKES } from './sample-variant-additions.ts';
import { DROPPED_FAULTS } from './sample-variant-faults.ts';
import { chooseNames, type Names } from './sample-variant-names.ts';
import { insertFiller, swapShapes } from './sample-variant-shapes.ts';

/** A line that knows where it stood in the sample, so that faults are found again wherever it goes. */
export interface VariantLine {
  text: string;
  /** `path:line` of the sample, or the id of a fault that was added; undefined for filler. */
  readonly origin?: string;
}

/** Files under change, by their path in the sample. */
export type VariantFiles = Map<string, VariantLine[]>;

/** Builds the variant in a temporary folder. `dispose` removes it. */
export async function makeVariant(seed: number): Promise<PreparedSample> {
  const random = seededRandom(seed);
  const { files: templates, manifest, history } = await readSample();
  const secrets = Math.floor(random() * 1_000);
  const stored = Object.fromEntries(
    Object.entries(templates).map(([path, text]) => [
      path,
      fillSecrets(text.replace(/(@@secret:[\w:-]+)@@/g, `$1-${secrets}@@`)),
    ]),
  );
  const { faults, lookAlikes } = placeManifest(manifest, stored);
  const files: VariantFiles = new Map(
    Object.entries(stored).map(([path, text]) => [
      path,
      text.split('\n').map((line, index) => ({ text: line, origin: `${path}:${index + 1}` })),
    ]),
  );

  const dropped = new Set(some(random, Object.keys(DROPPED_FAULTS), 0.5));
  for (const id of dropped) DROPPED_FAULTS[id]?.(files);
  const added = some(random, ADDED_FAULTS, 0.6);
  for (const { id, add } of added) add(files, `added:${id}`);
  for (const add of some(random, ADDED_LOOK_ALIKES, 0.6)) add(files);
  for (const [path, lines] of files) {
    swapShapes(path, lines, random);
    files.set(path, insertFiller(path, lines, random));
  }
  const names = chooseNames(random);
  for (const [path, lines] of files) for (const line of lines) line.text = names.inText(line.text, path);

  const places = new Map<string, { path: string; line: number }>();
  for (const [path, lines] of files) {
    for (const [index, { origin }] of lines.entries())
      if (origin !== undefined) places.set(origin, { path: names.path(path), line: index + 1 });
  }
  const remaining = faults
    .filter(({ id }) => !dropped.has(id))
    .map((fault): PlacedFault => {
      const moved = fault.places.flatMap(({ path, line }) => places.get(`${path}:${line}`) ?? []);
      const [main] = moved;
      if (main === undefined) throw new Error(`The variant ${seed} lost the fault ${fault.id}.`);
      return { ...fault, ...main, places: moved, paths: fault.paths.map(names.path) };
    });
  const more = added.map(({ id, skill, rule }): PlacedFault => {
    const place = places.get(`added:${id}`);
    if (place === undefined) throw new Error(`The variant ${seed} did not get the fault ${id}.`);
    return { id, skill, rule, note: 'added', anchor: id, ...place, places: [place], paths: [place.path] };
  });
  const sample = await buildSample({
    files: Object.fromEntries(
      [...files].map(([path, lines]) => [names.path(path), lines.map(({ text }) => text).join('\n')]),
    ),
    manifest: { schemaVersion: 1, faults: [], lookAlikes: [] },
    history: renamed(history, names),
  });
  return {
    ...sample,
    manifest: {
      schemaVersion: 1,
      faults: [...remaining, ...more],
      lookAlikes: lookAlikes.flatMap((entry): PlacedLookAlike[] => {
        const place = places.get(`${entry.path}:${entry.line}`);
        return place === undefined ? [] : [{ ...entry, ...place }];
      }),
    },
  };
}

function renamed(history: readonly SampleCommit[], names: Names): SampleCommit[] {
  return history.map((commit) => ({ ...commit, files: commit.files.map(names.path) }));
}

function some<T>(random: () => number, items: readonly T[], share: number): T[] {
  return items.filter(() => random() < share);
}
