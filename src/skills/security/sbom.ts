/** A bill of materials out of lock files: no package manager is run and no network is asked. */
import { z } from 'zod';
import type { Skill, SkillContext } from '../../contracts/skill.ts';
import type { TextFile } from '../../contracts/workspace.ts';
import { readEvidence } from '../kit/read-evidence.ts';
import { isFixturePath } from '../source/classify-path.ts';
import { parseJsonc } from '../source/parse-jsonc.ts';
import { isLockPath, type LockedComponent, readLocked } from './locked-components.ts';
import { cycloneDxSchema, makeSbom, purlOf, spdxSchema } from './sbom-formats.ts';

/** More than this make no list that anyone reads. */
const MAX_COMPONENTS = 5_000;
const NOTHING = 'There is no lock file of npm, yarn, pnpm, poetry or uv, and no pinned requirement.';

const count = z.number().int();
const input = z.object({}).loose();
const output = z.object({
  lockFiles: z.array(z.object({ path: z.string(), components: count, hasRelations: z.boolean() })),
  notUnderstood: z.array(z.string()),
  componentCount: count,
  /** True when the lists were cut: there are more components than 5,000. */
  isTruncated: z.boolean(),
  cycloneDx: cycloneDxSchema,
  spdx: spdxSchema,
});

/** Components of the workspace in CycloneDX 1.5 and SPDX 2.3. */
export const sbom: Skill<z.infer<typeof input>, z.infer<typeof output>> = {
  name: 'sbom',
  title: 'Bill of materials',
  description: 'Lists every locked package as CycloneDX 1.5 and SPDX 2.3, read from lock files alone.',
  taskTypes: ['security_review'],
  sideEffects: 'read',
  rules: [],
  input,
  output,
  async available(context) {
    for (const path of await lockPaths(context)) {
      const file = await context.workspace.read(path);
      if (file !== undefined && (readLocked(file)?.length ?? 0) > 0) return { status: 'available' };
    }
    return { status: 'not-applicable', reason: NOTHING };
  },
  async run(_input, context) {
    const { workspace, signal, clock } = context;
    const read: TextFile[] = [];
    const lockFiles: z.infer<typeof output>['lockFiles'] = [];
    const notUnderstood: string[] = [];
    const components = new Map<string, LockedComponent>();
    for (const path of await lockPaths(context)) {
      signal.throwIfAborted();
      const file = await workspace.read(path);
      const found = file === undefined ? undefined : readLocked(file);
      if (file === undefined || found === undefined) {
        notUnderstood.push(path);
        continue;
      }
      if (found.length === 0) continue;
      read.push(file);
      lockFiles.push({
        path,
        components: found.length,
        hasRelations: found.some(({ needs }) => needs !== undefined),
      });
      for (const one of found) components.set(purlOf(one), merge(components.get(purlOf(one)), one));
    }
    const all = [...components].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one);
    const manifest = parseJsonc((await workspace.read('package.json'))?.text ?? '');
    const name = manifest?.['name'];
    const version = manifest?.['version'];
    const made = makeSbom(
      {
        name: typeof name === 'string' && name !== '' ? name.slice(0, 214) : workspace.name,
        version: typeof version === 'string' ? version.slice(0, 100) : undefined,
        createdAt: clock.now(),
      },
      all.slice(0, MAX_COMPONENTS),
    );
    const isTruncated = all.length > MAX_COMPONENTS;
    return {
      summary: `${all.length} components of ${lockFiles.length} lock files as CycloneDX 1.5 and SPDX 2.3${isTruncated ? `, cut at ${MAX_COMPONENTS}` : ''}.`,
      data: { lockFiles, notUnderstood, componentCount: all.length, isTruncated, ...made },
      evidence: readEvidence(read),
    };
  },
};

/** One package that two places name: needed when one of them needs it. */
function merge(known: LockedComponent | undefined, next: LockedComponent): LockedComponent {
  if (known === undefined) return next;
  const needs = known.needs ?? next.needs;
  return {
    ...next,
    ...known,
    isDevelopment: known.isDevelopment && next.isDevelopment,
    ...(needs === undefined ? {} : { needs: [...new Set([...needs, ...(next.needs ?? [])])] }),
  };
}

async function lockPaths({ workspace, signal }: SkillContext): Promise<string[]> {
  const { files } = await workspace.list({ signal });
  return files.map(({ path }) => path).filter((path) => isLockPath(path) && !isFixturePath(path));
}
