/** What is wrong with the sample on purpose, and what only looks wrong. Places are texts, so that edits don't shift them. */
import { checkObject, checkOneOf, checkText } from '../../shared/check.ts';
import { InvalidArgumentError, OrchestratorError } from '../../shared/errors.ts';
import type { SampleFiles } from './sample-files.ts';
import type { SampleCommit } from './sample-history.ts';

/** A place in a file of the sample. */
export interface SampleAnchor {
  readonly path: string;
  /** A text that stands in exactly one line of the file. */
  readonly anchor: string;
  /** Lines from the anchor's to the one that is meant. @default 0 */
  readonly offset?: number;
}

/** A look-alike: reporting it under `rule` is a mistake. */
export interface SampleLookAlike extends SampleAnchor {
  readonly skill: string;
  readonly rule: string;
  readonly note: string;
}

/** A planted fault: not reporting it is a mistake. */
export interface SampleFault extends SampleLookAlike {
  readonly id: string;
  /** Files in which it may be reported; for a ring of imports all of them. @default [path] */
  readonly paths?: readonly string[];
  /** Other places where a report of it is right as well. */
  readonly alsoAt?: readonly SampleAnchor[];
}

/** The manifest as it is stored. */
export interface SampleManifest {
  readonly schemaVersion: 1;
  readonly faults: readonly SampleFault[];
  readonly lookAlikes: readonly SampleLookAlike[];
  /** The commits, oldest first. @default the story of the sample shop */
  readonly history?: readonly SampleCommit[];
}

/** Where an anchor is. */
export interface SamplePlace {
  readonly path: string;
  /** From 1. */
  readonly line: number;
}

export interface PlacedFault extends Omit<SampleFault, 'alsoAt' | 'paths'>, SamplePlace {
  readonly paths: readonly string[];
  /** The main place first, then the others. */
  readonly places: readonly SamplePlace[];
}

export interface PlacedLookAlike extends SampleLookAlike, SamplePlace {}

/** The manifest with line numbers. */
export interface PlacedManifest {
  readonly schemaVersion: 1;
  readonly faults: readonly PlacedFault[];
  readonly lookAlikes: readonly PlacedLookAlike[];
}

/** Checks the shape of a manifest read from JSON. Throws `InvalidArgumentError` naming the entry. */
export function checkManifest(value: unknown): SampleManifest {
  const { schemaVersion, faults, lookAlikes, history } = checkObject('manifest', value);
  if (schemaVersion !== 1) throw new InvalidArgumentError('manifest.schemaVersion', '1', schemaVersion);
  const ids = new Set<string>();
  return {
    schemaVersion: 1,
    faults: checkArray('manifest.faults', faults).map((fault, index) => {
      const name = `manifest.faults[${index}]`;
      const checked = checkEntry(name, fault);
      const { id, paths = [checked.path], alsoAt = [] } = fault as Partial<SampleFault>;
      if (ids.has(checkText(`${name}.id`, id))) throw new InvalidArgumentError(`${name}.id`, 'unique', id);
      ids.add(id as string);
      return {
        ...checked,
        id: id as string,
        paths: checkArray(`${name}.paths`, paths).map((path, at) => checkText(`${name}.paths[${at}]`, path)),
        alsoAt: checkArray(`${name}.alsoAt`, alsoAt).map((place, at) =>
          checkAnchor(`${name}.alsoAt[${at}]`, { path: checked.path, ...checkObject(name, place) }),
        ),
      };
    }),
    lookAlikes: checkArray('manifest.lookAlikes', lookAlikes).map((entry, index) =>
      checkEntry(`manifest.lookAlikes[${index}]`, entry),
    ),
    ...(history === undefined ? {} : { history: checkArray('manifest.history', history).map(checkCommit) }),
  };
}

/** Finds the lines of all anchors. Rejects with `evidence-mismatch` on one that is missing or not unique. */
export function placeManifest(manifest: SampleManifest, files: SampleFiles): PlacedManifest {
  return {
    schemaVersion: 1,
    faults: manifest.faults.map(({ alsoAt = [], paths, ...fault }) => {
      const line = findLine(fault, files);
      return {
        ...fault,
        line,
        paths: paths ?? [fault.path],
        places: [
          { path: fault.path, line },
          ...alsoAt.map((place) => ({ path: place.path, line: findLine(place, files) })),
        ],
      };
    }),
    lookAlikes: manifest.lookAlikes.map((entry) => ({ ...entry, line: findLine(entry, files) })),
  };
}

/** The line, from 1, that an anchor means. */
function findLine({ path, anchor, offset = 0 }: SampleAnchor, files: SampleFiles): number {
  const text = files[path];
  const problem = (what: string): OrchestratorError =>
    new OrchestratorError(
      'evidence-mismatch',
      `${what}: the anchor \`${anchor}\` of ${path} in the manifest.`,
      {
        details: { path, anchor },
      },
    );
  if (text === undefined) throw problem('There is no such file');
  const found = text.split('\n').flatMap((line, index) => (line.includes(anchor) ? [index + 1] : []));
  if (found.length === 0) throw problem('No line holds it');
  if (found.length > 1) throw problem(`Lines ${found.join(', ')} hold it`);
  return (found[0] as number) + offset;
}

function checkEntry(name: string, value: unknown): SampleLookAlike {
  const { skill, rule, note } = checkObject(name, value);
  return {
    ...checkAnchor(name, value),
    skill: checkText(`${name}.skill`, skill),
    rule: checkText(`${name}.rule`, rule),
    note: checkText(`${name}.note`, note),
  };
}

function checkCommit(value: unknown, index: number): SampleCommit {
  const name = `manifest.history[${index}]`;
  const { date, author, message, files } = checkObject(name, value);
  return {
    date: checkText(`${name}.date`, date),
    author: checkText(`${name}.author`, author),
    message: checkText(`${name}.message`, message),
    files: checkArray(`${name}.files`, files).map((file, at) => checkText(`${name}.files[${at}]`, file)),
  };
}

function checkAnchor(name: string, value: unknown): SampleAnchor {
  const { path, anchor, offset = 0 } = checkObject(name, value);
  return {
    path: checkText(`${name}.path`, path),
    anchor: checkText(`${name}.anchor`, anchor),
    ...(offset === 0 ? {} : { offset: Number(checkOneOf(`${name}.offset`, String(offset), ['-1', '1'])) }),
  };
}

function checkArray(name: string, value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw new InvalidArgumentError(name, 'an array', value);
  return value;
}
