/** Names of licences after the SPDX list (version 3.2x): the usual ones, and what each asks of those who pass a program on. */

export type LicenceFamily = 'permissive' | 'weak-copyleft' | 'strong-copyleft' | 'other';

const FAMILIES: Readonly<Record<Exclude<LicenceFamily, 'other'>, string>> = {
  permissive:
    '0BSD AFL-3.0 Apache-1.1 Apache-2.0 Artistic-2.0 BlueOak-1.0.0 BSD-1-Clause BSD-2-Clause BSD-2-Clause-Patent BSD-3-Clause BSD-3-Clause-Clear BSD-4-Clause BSL-1.0 CC-BY-3.0 CC-BY-4.0 CC0-1.0 ECL-2.0 HPND ISC MIT MIT-0 MS-PL MulanPSL-2.0 NCSA OFL-1.1 OpenSSL PostgreSQL PSF-2.0 Python-2.0 Ruby Unicode-3.0 Unicode-DFS-2016 Unlicense UPL-1.0 W3C WTFPL X11 Zlib ZPL-2.1',
  'weak-copyleft':
    'CDDL-1.0 CDDL-1.1 EPL-1.0 EPL-2.0 EUPL-1.2 LGPL-2.0-only LGPL-2.0-or-later LGPL-2.1 LGPL-2.1-only LGPL-2.1-or-later LGPL-3.0 LGPL-3.0-only LGPL-3.0-or-later MPL-1.1 MPL-2.0 MS-RL OSL-3.0',
  'strong-copyleft':
    'AGPL-1.0-only AGPL-3.0 AGPL-3.0-only AGPL-3.0-or-later CC-BY-SA-4.0 GPL-1.0-only GPL-2.0 GPL-2.0-only GPL-2.0-or-later GPL-3.0 GPL-3.0-only GPL-3.0-or-later SSPL-1.0',
};
const FAMILY_OF = new Map(
  Object.entries(FAMILIES).flatMap(([family, ids]) =>
    ids.split(' ').map((id): [string, LicenceFamily] => [id, family as LicenceFamily]),
  ),
);
const EXCEPTIONS = new Set(
  'Classpath-exception-2.0 GCC-exception-3.1 LLVM-exception Linux-syscall-note OpenSSL-exception Font-exception-2.0'.split(
    ' ',
  ),
);

/** True for an identifier of the list above. */
export function isKnownLicence(id: string): boolean {
  return FAMILY_OF.has(id);
}

/** True for an SPDX expression whose every licence is known: `(MIT OR Apache-2.0)`. */
export function isLicenceExpression(text: string): boolean {
  if (text.length > 300) return false;
  const tokens = text
    .replaceAll(/[()]/g, ' $& ')
    .split(/\s+/)
    .filter((one) => one !== '');
  let depth = 0;
  let wantsName = true;
  let isException = false;
  for (const token of tokens) {
    if (token === '(') {
      if (!wantsName || isException) return false;
      depth += 1;
    } else if (token === ')') {
      depth -= 1;
      if (wantsName || depth < 0) return false;
    } else if (token === 'AND' || token === 'OR' || token === 'WITH') {
      if (wantsName) return false;
      wantsName = true;
      isException = token === 'WITH';
    } else {
      const isName = isException ? EXCEPTIONS.has(token) : isKnownLicence(token.replace(/\+$/, ''));
      if (!wantsName || !isName) return false;
      wantsName = false;
      isException = false;
    }
  }
  return !wantsName && depth === 0;
}

/** What an expression asks at most when its user chooses well: the mildest side of `OR`, the strictest of `AND`. */
export function licenceFamily(expression: string): LicenceFamily {
  if (!isLicenceExpression(expression)) return 'other';
  const order: readonly LicenceFamily[] = ['permissive', 'weak-copyleft', 'strong-copyleft', 'other'];
  const plain = expression.replaceAll(/[()]/g, ' ');
  const strictest = (text: string): number =>
    Math.max(
      ...text
        .split(/\s+AND\s+/)
        .map((one) =>
          order.indexOf(FAMILY_OF.get(one.trim().split(/\s+/)[0]?.replace(/\+$/, '') ?? '') ?? 'other'),
        ),
    );
  return order[Math.min(...plain.split(/\s+OR\s+/).map(strictest))] ?? 'other';
}
