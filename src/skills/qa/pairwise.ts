/** Combinations in which every pair of values of two parameters occurs: IPOG (Lei et al., ECBS 2007) for strength two. */

export interface FiniteParameter {
  readonly name: string;
  readonly values: readonly string[];
}

/** One combination: a value for each parameter, in their order. The same parameters give the same combinations. */
export function pairwise(parameters: readonly FiniteParameter[]): readonly (readonly string[])[] {
  const [first, second, ...others] = parameters;
  if (first === undefined) return [];
  if (second === undefined) return first.values.map((value) => [value]);
  let rows: (string | undefined)[][] = first.values.flatMap((a) => second.values.map((b) => [a, b]));
  for (const [offset, parameter] of others.entries()) {
    const index = offset + 2;
    const open = new Set<string>();
    for (let other = 0; other < index; other += 1)
      for (const a of parameters[other]?.values ?? [])
        for (const b of parameter.values) open.add(keyOf(other, a, b));
    // Grows each row by the value that covers most, then adds rows for what is left.
    for (const row of rows) {
      let best = parameter.values[0] as string;
      let most = -1;
      for (const value of parameter.values) {
        const gain = row.reduce(
          (sum, one, at) => sum + (one !== undefined && open.has(keyOf(at, one, value)) ? 1 : 0),
          0,
        );
        if (gain > most) [best, most] = [value, gain];
      }
      for (const [at, one] of row.entries()) if (one !== undefined) open.delete(keyOf(at, one, best));
      row[index] = best;
    }
    for (let other = 0; other < index; other += 1)
      for (const a of parameters[other]?.values ?? [])
        for (const b of parameter.values) {
          if (!open.delete(keyOf(other, a, b))) continue;
          const free = rows.find((row) => row[index] === b && row[other] === undefined);
          if (free !== undefined) free[other] = a;
          else {
            const row: (string | undefined)[] = Array.from({ length: index + 1 }, () => undefined);
            row[other] = a;
            row[index] = b;
            rows = [...rows, row];
          }
        }
  }
  return rows.map((row) => parameters.map(({ values }, index) => row[index] ?? (values[0] as string)));
}

function keyOf(parameter: number, value: string, next: string): string {
  return JSON.stringify([parameter, value, next]);
}
