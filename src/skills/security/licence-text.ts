/** Which licence a LICENSE file holds, by the sentences that only it has. */

const SIGNS: readonly (readonly [string, RegExp])[] = [
  ['AGPL-3.0', /GNU AFFERO GENERAL PUBLIC LICENSE\s+Version 3/i],
  ['LGPL-3.0', /GNU LESSER GENERAL PUBLIC LICENSE\s+Version 3/i],
  ['LGPL-2.1', /GNU LESSER GENERAL PUBLIC LICENSE\s+Version 2\.1/i],
  ['GPL-3.0', /GNU GENERAL PUBLIC LICENSE\s+Version 3/i],
  ['GPL-2.0', /GNU GENERAL PUBLIC LICENSE\s+Version 2/i],
  ['Apache-2.0', /Apache License\s+Version 2\.0/i],
  ['MPL-2.0', /Mozilla Public License,?\s+(?:Version|v\.?) ?2\.0/i],
  ['EPL-2.0', /Eclipse Public License - v 2\.0/i],
  ['Unlicense', /This is free and unencumbered software released into the public domain/i],
  ['CC0-1.0', /CC0 1\.0 Universal/i],
  ['BSL-1.0', /Boost Software License - Version 1\.0/i],
  ['BSD-3-Clause', /Redistribution and use in source and binary forms[\s\S]{1,1500}Neither the name/i],
  ['BSD-2-Clause', /Redistribution and use in source and binary forms/i],
  [
    'ISC',
    /Permission to use, copy, modify, and\/?(?:or)? distribute this software for any\s+purpose with or without fee is hereby granted, provided/i,
  ],
  [
    '0BSD',
    /Permission to use, copy, modify, and\/?(?:or)? distribute this software for any\s+purpose with or without fee is hereby granted\./i,
  ],
  ['MIT', /Permission is hereby granted, free of charge, to any person obtaining a copy/i],
];

/** The licences that a text holds, without `-only` and `-or-later`; empty when none is known. */
export function licencesInText(text: string): string[] {
  // Lines break anywhere in copies of the same text.
  const start = text.slice(0, 60_000).replace(/\s+/g, ' ');
  const found: string[] = SIGNS.filter(([, sign]) => sign.test(start)).map(([id]) => id);
  // The texts of the GPL name each other, and three clauses hold the two: the first sign of a family counts.
  const families = [/GPL/, /^BSD-/];
  return found.filter(
    (id, index) =>
      !families.some((one) => one.test(id) && found.findIndex((other) => one.test(other)) < index),
  );
}

/** True when an SPDX expression names at least one of the licences of a text. */
export function namesLicence(expression: string, ids: readonly string[]): boolean {
  const named = expression
    .replaceAll(/[()]/g, ' ')
    .split(/\s+/)
    .map((one) => one.replace(/-(?:only|or-later)$|\+$/, ''));
  return ids.some((id) => named.includes(id));
}
