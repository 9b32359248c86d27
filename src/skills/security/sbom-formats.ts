/** A list of components as CycloneDX 1.5 and as SPDX 2.3, both in JSON, and the schemas that check what was made. */
import { z } from 'zod';
import { OrchestratorError } from '../../shared/errors.ts';
import { digestOf } from '../../shared/json.ts';
import type { LockedComponent } from './locked-components.ts';
import { isKnownLicence, isLicenceExpression } from './spdx-licenses.ts';

const ALGORITHMS = { sha1: 'SHA-1', sha256: 'SHA-256', sha384: 'SHA-384', sha512: 'SHA-512' } as const;
const HEX = z.string().regex(/^[0-9a-f]{40,128}$/);
const PURL = z.string().regex(/^pkg:(?:npm|pypi)\/[^\s@]+@[^\s@]+$/);
const LICENCE = z.union([
  z.strictObject({
    license: z.union([z.strictObject({ id: z.string() }), z.strictObject({ name: z.string() })]),
  }),
  z.strictObject({ expression: z.string() }),
]);

/** The part of CycloneDX 1.5 that is written. */
export const cycloneDxSchema = z.strictObject({
  bomFormat: z.literal('CycloneDX'),
  specVersion: z.literal('1.5'),
  serialNumber: z.string().regex(/^urn:uuid:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
  version: z.literal(1),
  metadata: z.strictObject({
    tools: z.strictObject({
      components: z.array(z.strictObject({ type: z.literal('application'), name: z.string() })),
    }),
    component: z.strictObject({
      type: z.literal('application'),
      'bom-ref': z.string(),
      name: z.string().min(1),
      version: z.string().exactOptional(),
    }),
  }),
  components: z.array(
    z.strictObject({
      type: z.literal('library'),
      'bom-ref': z.string(),
      name: z.string().min(1),
      group: z.string().exactOptional(),
      version: z.string().min(1),
      scope: z.enum(['required', 'optional']),
      purl: PURL,
      hashes: z
        .array(z.strictObject({ alg: z.enum(Object.values(ALGORITHMS)), content: HEX }))
        .exactOptional(),
      licenses: z.array(LICENCE).exactOptional(),
    }),
  ),
  dependencies: z.array(z.strictObject({ ref: z.string(), dependsOn: z.array(z.string()) })),
});

/** The part of SPDX 2.3 that is written. */
export const spdxSchema = z.strictObject({
  spdxVersion: z.literal('SPDX-2.3'),
  dataLicense: z.literal('CC0-1.0'),
  SPDXID: z.literal('SPDXRef-DOCUMENT'),
  name: z.string().min(1),
  documentNamespace: z.string().regex(/^https:\/\/spdx\.org\/spdxdocs\/\S+$/),
  creationInfo: z.strictObject({
    created: z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
    creators: z.array(z.string().regex(/^Tool: \S/)).min(1),
  }),
  packages: z.array(
    z.strictObject({
      SPDXID: z.string().regex(/^SPDXRef-[A-Za-z0-9.-]+$/),
      name: z.string().min(1),
      versionInfo: z.string().exactOptional(),
      downloadLocation: z.string().min(1),
      filesAnalyzed: z.literal(false),
      licenseConcluded: z.literal('NOASSERTION'),
      licenseDeclared: z.string().min(1),
      copyrightText: z.literal('NOASSERTION'),
      checksums: z
        .array(
          z.strictObject({ algorithm: z.enum(['SHA1', 'SHA256', 'SHA384', 'SHA512']), checksumValue: HEX }),
        )
        .exactOptional(),
      externalRefs: z
        .array(
          z.strictObject({
            referenceCategory: z.literal('PACKAGE-MANAGER'),
            referenceType: z.literal('purl'),
            referenceLocator: PURL,
          }),
        )
        .exactOptional(),
    }),
  ),
  relationships: z.array(
    z.strictObject({
      spdxElementId: z.string(),
      relationshipType: z.enum(['DESCRIBES', 'DEPENDS_ON', 'DEV_DEPENDENCY_OF']),
      relatedSpdxElement: z.string(),
    }),
  ),
});

export type CycloneDx = z.infer<typeof cycloneDxSchema>;
export type Spdx = z.infer<typeof spdxSchema>;

/** What a document is about. */
export interface SbomSubject {
  readonly name: string;
  readonly version: string | undefined;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
}

/** A package URL (ECMA-427). */
export function purlOf({ ecosystem, name, version }: LockedComponent): string {
  const plain = ecosystem === 'pypi' ? name.toLowerCase().replaceAll(/[_.]+/g, '-') : name;
  return `pkg:${ecosystem}/${plain.split('/').map(encodeURIComponent).join('/')}@${encodeURIComponent(version)}`;
}

/** Both documents of one list, checked. The same list gives the same identifiers. */
export function makeSbom(
  subject: SbomSubject,
  components: readonly LockedComponent[],
): { readonly cycloneDx: CycloneDx; readonly spdx: Spdx } {
  const digest = digestOf(JSON.stringify([subject.name, subject.version, components.map(purlOf)])).slice(7);
  const uuid = [
    digest.slice(0, 8),
    digest.slice(8, 12),
    `5${digest.slice(13, 16)}`,
    `8${digest.slice(17, 20)}`,
    digest.slice(20, 32),
  ].join('-');
  const cycloneDx = makeCycloneDx(subject, components, uuid);
  const spdx = makeSpdx(subject, components, uuid);
  checkReferences(cycloneDx, spdx);
  return { cycloneDx: cycloneDxSchema.parse(cycloneDx), spdx: spdxSchema.parse(spdx) };
}

function makeCycloneDx(
  subject: SbomSubject,
  components: readonly LockedComponent[],
  uuid: string,
): CycloneDx {
  const known = new Map(components.map((one) => [`${one.name}@${one.version}`, purlOf(one)]));
  const root = 'root';
  return {
    bomFormat: 'CycloneDX',
    specVersion: '1.5',
    serialNumber: `urn:uuid:${uuid}`,
    version: 1,
    metadata: {
      tools: { components: [{ type: 'application', name: 'autogen-orchestrator' }] },
      component: {
        type: 'application',
        'bom-ref': root,
        name: subject.name,
        ...(subject.version === undefined ? {} : { version: subject.version }),
      },
    },
    components: components.map((one) => {
      const scoped = one.ecosystem === 'npm' && one.name.startsWith('@') ? one.name.split('/') : undefined;
      const hash = hashOf(one.integrity);
      const licences = licencesOf(one.licence);
      return {
        type: 'library',
        'bom-ref': purlOf(one),
        ...(scoped === undefined ? {} : { group: scoped[0] as string }),
        name: scoped?.[1] ?? one.name,
        version: one.version,
        scope: one.isDevelopment ? 'optional' : 'required',
        purl: purlOf(one),
        ...(hash === undefined ? {} : { hashes: [{ alg: ALGORITHMS[hash.algorithm], content: hash.hex }] }),
        ...(licences === undefined ? {} : { licenses: licences }),
      };
    }),
    dependencies: components.flatMap((one) =>
      one.needs === undefined
        ? []
        : [{ ref: purlOf(one), dependsOn: [...new Set(one.needs.flatMap((need) => known.get(need) ?? []))] }],
    ),
  };
}

function makeSpdx(subject: SbomSubject, components: readonly LockedComponent[], uuid: string): Spdx {
  const ids = new Map(
    components.map((one, index) => [`${one.name}@${one.version}`, `SPDXRef-Package-${index + 1}`]),
  );
  const idOf = (one: LockedComponent): string => ids.get(`${one.name}@${one.version}`) as string;
  const plain = {
    filesAnalyzed: false,
    licenseConcluded: 'NOASSERTION',
    copyrightText: 'NOASSERTION',
  } as const;
  return {
    spdxVersion: 'SPDX-2.3',
    dataLicense: 'CC0-1.0',
    SPDXID: 'SPDXRef-DOCUMENT',
    name: subject.name,
    documentNamespace: `https://spdx.org/spdxdocs/${encodeURIComponent(subject.name)}-${uuid}`,
    creationInfo: {
      created: `${new Date(subject.createdAt).toISOString().slice(0, 19)}Z`,
      creators: ['Tool: autogen-orchestrator'],
    },
    packages: [
      {
        SPDXID: 'SPDXRef-Root',
        name: subject.name,
        ...(subject.version === undefined ? {} : { versionInfo: subject.version }),
        downloadLocation: 'NOASSERTION',
        licenseDeclared: 'NOASSERTION',
        ...plain,
      },
      ...components.map((one) => {
        const hash = hashOf(one.integrity);
        return {
          SPDXID: idOf(one),
          name: one.name,
          versionInfo: one.version,
          downloadLocation: publicUrl(one.url) ?? 'NOASSERTION',
          licenseDeclared:
            one.licence !== undefined && isLicenceExpression(one.licence) ? one.licence : 'NOASSERTION',
          ...plain,
          ...(hash === undefined
            ? {}
            : {
                checksums: [{ algorithm: hash.algorithm.toUpperCase() as 'SHA512', checksumValue: hash.hex }],
              }),
          externalRefs: [
            {
              referenceCategory: 'PACKAGE-MANAGER' as const,
              referenceType: 'purl' as const,
              referenceLocator: purlOf(one),
            },
          ],
        };
      }),
    ],
    relationships: [
      {
        spdxElementId: 'SPDXRef-DOCUMENT',
        relationshipType: 'DESCRIBES',
        relatedSpdxElement: 'SPDXRef-Root',
      },
      ...components.map((one) =>
        one.isDevelopment
          ? {
              spdxElementId: idOf(one),
              relationshipType: 'DEV_DEPENDENCY_OF' as const,
              relatedSpdxElement: 'SPDXRef-Root',
            }
          : {
              spdxElementId: 'SPDXRef-Root',
              relationshipType: 'DEPENDS_ON' as const,
              relatedSpdxElement: idOf(one),
            },
      ),
      ...components.flatMap((one) =>
        (one.needs ?? []).flatMap((need) => {
          const target = ids.get(need);
          return target === undefined
            ? []
            : [
                {
                  spdxElementId: idOf(one),
                  relationshipType: 'DEPENDS_ON' as const,
                  relatedSpdxElement: target,
                },
              ];
        }),
      ),
    ],
  };
}

function hashOf(
  integrity: string | undefined,
): { algorithm: keyof typeof ALGORITHMS; hex: string } | undefined {
  const [, algorithm, encoded = ''] =
    /^(sha1|sha256|sha384|sha512)-([A-Za-z0-9+/]{20,120}={0,2})(?:\s|$)/.exec(integrity ?? '') ?? [];
  if (algorithm === undefined) return undefined;
  const hex = Buffer.from(encoded, 'base64').toString('hex');
  const length = { sha1: 40, sha256: 64, sha384: 96, sha512: 128 }[algorithm as keyof typeof ALGORITHMS];
  return hex.length === length ? { algorithm: algorithm as keyof typeof ALGORITHMS, hex } : undefined;
}

function licencesOf(licence: string | undefined): z.infer<typeof LICENCE>[] | undefined {
  if (licence === undefined) return undefined;
  if (isKnownLicence(licence)) return [{ license: { id: licence } }];
  return isLicenceExpression(licence) ? [{ expression: licence }] : [{ license: { name: licence } }];
}

/** An address that may be told: without a user, a password or a query that holds one. */
function publicUrl(text: string | undefined): string | undefined {
  if (text === undefined || !URL.canParse(text)) return undefined;
  const url = new URL(text);
  return url.protocol === 'https:' && url.username === '' && url.password === '' && url.search === ''
    ? url.href
    : undefined;
}

function checkReferences({ components, dependencies }: CycloneDx, { packages, relationships }: Spdx): void {
  const refs = new Set(components.map((one) => one['bom-ref']));
  const ids = new Set(['SPDXRef-DOCUMENT', ...packages.map(({ SPDXID }) => SPDXID)]);
  const isWhole =
    refs.size === components.length &&
    ids.size === packages.length + 1 &&
    dependencies.every(({ ref, dependsOn }) => refs.has(ref) && dependsOn.every((one) => refs.has(one))) &&
    relationships.every((one) => ids.has(one.spdxElementId) && ids.has(one.relatedSpdxElement));
  if (!isWhole)
    throw new OrchestratorError(
      'evidence-mismatch',
      'The bill of materials names a component that is not in it, or one twice.',
    );
}
