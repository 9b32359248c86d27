/** Reads coverage in the format of lcov: what ran of each file, by line, function and branch. */

export interface CoverageCount {
  readonly found: number;
  readonly hit: number;
}

export interface FileCoverage {
  /** As the runner gives it: absolute, or relative to where it ran. */
  readonly file: string;
  readonly lines: CoverageCount;
  readonly functions: CoverageCount;
  readonly branches: CoverageCount;
  /** First and last line of each stretch that never ran. */
  readonly openLines: readonly (readonly [number, number])[];
  /** Functions that never ran. */
  readonly openFunctions: readonly { readonly name: string; readonly line: number }[];
}

const MAX_FILES = 5_000;
const MAX_LINE = 4_000;

/** Files in the order of the report; records without an end are left out. */
export function readLcov(text: string): readonly FileCoverage[] {
  const files: FileCoverage[] = [];
  let record = emptyRecord();
  for (const raw of text.split('\n')) {
    const line = raw.replace(/\r$/, '').slice(0, MAX_LINE);
    if (line === 'end_of_record') {
      if (record.file !== '' && files.length < MAX_FILES) files.push(closed(record));
      record = emptyRecord();
      continue;
    }
    const at = line.indexOf(':');
    const value = line.slice(at + 1);
    const [first = '', second = '', , fourth = ''] = value.split(',');
    switch (line.slice(0, at)) {
      case 'SF':
        record.file = value;
        break;
      case 'DA':
        record.lines.set(Number(first), (record.lines.get(Number(first)) ?? 0) + (Number(second) || 0));
        break;
      case 'FN':
        record.functions.set(value.slice(first.length + 1), Number(first));
        break;
      case 'FNDA': {
        const name = value.slice(first.length + 1);
        record.calls.set(name, (record.calls.get(name) ?? 0) + (Number(first) || 0));
        break;
      }
      case 'BRDA':
        record.branches.push(Number(fourth) > 0);
        break;
      default:
    }
  }
  return files;
}

interface OpenRecord {
  file: string;
  readonly lines: Map<number, number>;
  readonly functions: Map<string, number>;
  readonly calls: Map<string, number>;
  readonly branches: boolean[];
}

function emptyRecord(): OpenRecord {
  return { file: '', lines: new Map(), functions: new Map(), calls: new Map(), branches: [] };
}

function closed({ file, lines, functions, calls, branches }: OpenRecord): FileCoverage {
  const numbers = [...lines]
    .filter(([line]) => Number.isSafeInteger(line) && line > 0)
    .sort(([a], [b]) => a - b);
  const open: [number, number][] = [];
  let wasOpen = false;
  for (const [line, hits] of numbers) {
    const last = open.at(-1);
    if (hits === 0 && wasOpen && last !== undefined) last[1] = line;
    else if (hits === 0) open.push([line, line]);
    wasOpen = hits === 0;
  }
  const openFunctions = [...functions]
    .filter(([name]) => (calls.get(name) ?? 0) === 0)
    .map(([name, line]) => ({
      name: name.slice(0, 200),
      line: Number.isSafeInteger(line) && line > 0 ? line : 1,
    }));
  return {
    file,
    lines: { found: numbers.length, hit: numbers.filter(([, hits]) => hits > 0).length },
    functions: { found: functions.size, hit: functions.size - openFunctions.length },
    branches: { found: branches.length, hit: branches.filter(Boolean).length },
    openLines: open,
    openFunctions,
  };
}
