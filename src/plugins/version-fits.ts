/** Says whether a version lies in a range. */
import type semver from 'semver';

/** Undefined for text that is no range. */
export type VersionFits = (version: string, range: string) => boolean | undefined;

/**
 * A prerelease fits a range that its release fits, too: `1.5.0-beta.1` fits `^1.0.0`, while `2.0.0-rc.1`, which comes
 * before 2.0.0, does not fit `<2.0.0`. One that the range names (`>=2.0.0-rc.0`) fits as npm says.
 */
export function versionFits({
  satisfies,
  validRange,
  parse,
}: Pick<typeof semver, 'satisfies' | 'validRange' | 'parse'>): VersionFits {
  return (version, range) => {
    if (validRange(range) === null) return undefined;
    if (satisfies(version, range)) return true;
    const parsed = parse(version);
    if (parsed === null || parsed.prerelease.length === 0) return false;
    const release = `${parsed.major}.${parsed.minor}.${parsed.patch}`;
    return satisfies(release, range) && satisfies(version, range, { includePrerelease: true });
  };
}
