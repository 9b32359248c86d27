import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dataProfile } from '../../../src/skills/data/data-profile.ts';
import { parseJsonLines } from '../../../src/skills/data/json-lines.ts';
import { type FolderContent, placesOf, reviewFolder } from '../../support/skill-context.ts';

const profile = async (files: FolderContent): Promise<string[]> =>
  placesOf(await reviewFolder(dataProfile, files));
const numbered = (count: number, row: (index: number) => string): string =>
  Array.from({ length: count }, (_unused, index) => row(index + 1)).join('\n');

describe('data-profile: delimited text', () => {
  it.each([
    ['a row with too many cells', 'id,name\n1,a\n2,b,c\n3,d\n', 'ragged-row a.csv:3'],
    ['a row with too few cells', 'id,name,city\n1,a,x\n2,b\n', 'ragged-row a.csv:3'],
    ['a ragged row after a cell of two lines', 'id,text\n1,"two\nlines"\n2\n', 'ragged-row a.csv:4'],
    ['a ragged row after empty lines and CRLF', 'id,name\r\n\r\n1,a\r\n2,b,c\r\n', 'ragged-row a.csv:4'],
    ['a ragged row between semicolons', 'id;price\n1;1,50\n2;2,50;9\n3;3,50\n', 'ragged-row a.csv:3'],
    ['a quote without end', 'id,name\n1,a\n2,"b\n3,c\n', 'ragged-row a.csv:3'],
    ['a repeated id', 'id,name\n1,a\n2,b\n1,c\n', 'duplicate-id a.csv:4'],
    ['a repeated id in capitals', 'name,ID\na,1\nb,2\nc,2\n', 'duplicate-id a.csv:4'],
    [
      'a text among numbers',
      `id,price\n${numbered(12, (n) => `${n},${n === 7 ? 'seven' : n * 1.5}`)}\n`,
      'mixed-types a.csv:8',
    ],
    [
      'a text among dates',
      `id,day\n${numbered(12, (n) => `${n},${n === 5 ? 'soon' : `2026-01-${String(n).padStart(2, '0')}`}`)}\n`,
      'mixed-types a.csv:6',
    ],
    [
      'a number among booleans',
      `id,active\n${numbered(12, (n) => `${n},${n === 12 ? '3' : 'true'}`)}\n`,
      'mixed-types a.csv:13',
    ],
    [
      'a decimal comma among points',
      `id,"price"\n${numbered(12, (n) => `${n},${n === 2 ? '"1,5"' : '1.5'}`)}\n`,
      'mixed-types a.csv:3',
    ],
  ])('reports %s', async (_title, text, place) => {
    expect(await profile({ 'a.csv': text })).toEqual([place]);
  });

  it.each([
    ['delimiters inside quotes', 'id,name\n1,"a, b"\n2,"c ""d"", e"\n'],
    ['a line break inside quotes', 'id,name\n1,"a\nb"\n2,c\n'],
    ['a delimiter at the end of every row', 'id,name\n1,a,\n2,b,\n3,c,\n'],
    ['a mark at the start and no break at the end', '\uFEFFid,name\n1,a\n2,b'],
    ['comments before the table', '# made by hand, see the notes\nid,name\n1,a\n2,b\n'],
    ['one column', 'name\na\nb\n'],
    ['numbers without a header', '1,2,3\n4,5,6\n1,8,9\n'],
    ['apostrophes and inches', 'id,size\n1,5" wide\n2,it\'s\n'],
    ['a foreign key that repeats', 'order_id,user_id\n1,7\n2,7\n'],
    ['translations of one id', 'id,lang,text\n1,en,a\n1,de,b\n2,en,c\n'],
    ['versions over time', 'id,date,price\n1,2026-01-01,5\n1,2026-01-02,6\n2,2026-01-01,7\n'],
    ['an id column that is no key', 'id,x\n1,a\n1,b\n1,c\n1,d\n2,e\n2,f\n2,g\n'],
    ['empty ids', 'id,x\n,a\n,b\n1,c\n'],
    [
      'missing values among numbers',
      `id,price\n${numbered(14, (n) => `${n},${['', 'N/A', 'null', '-'][n] ?? n}`)}\n`,
    ],
    ['whole numbers among decimals', `id,price\n${numbered(12, (n) => `${n},${n === 3 ? 3 : n + 0.5}`)}\n`],
    ['numbers among texts', `id,name\n${numbered(12, (n) => `${n},${n === 3 ? 42 : `name ${n}x`}`)}\n`],
    ['a house number with a letter', `id,house_no\n${numbered(12, (n) => `${n},${n === 3 ? '12a' : n}`)}\n`],
    ['too few values to tell', 'id,price\n1,5\n2,x\n3,7\n'],
    ['a column of two types', `id,value\n${numbered(12, (n) => `${n},${n % 3 === 0 ? 'x' : n}`)}\n`],
    ['a report that is no table', 'Report\n\nTotal,5\na,b,c\nd\ne,f\ng,h,i,j\nk\n'],
  ])('leaves alone: %s', async (_title, text) => {
    expect(await profile({ 'a.csv': text })).toEqual([]);
  });

  it('takes tabs for TSV', async () => {
    expect(await profile({ 'a.tsv': 'id\tname\n1\ta, b, c\n2\tb\tx\n' })).toEqual(['ragged-row a.tsv:3']);
  });

  it('infers types, gaps, ranges and masks what is personal', async () => {
    const artifact = await reviewFolder(dataProfile, {
      'people.csv':
        'id,email,age,joined,active\n1,ada@example.org,36,2026-01-05,true\n2,bob@example.org,,2026-02-01,false\n',
    });
    expect(artifact.data).toMatchObject({
      tables: [
        {
          path: 'people.csv',
          rows: 2,
          columns: [
            { name: 'id', type: 'integer', min: 1, max: 2, distinct: 2 },
            { name: 'email', type: 'text', isPersonal: true, examples: ['a***', 'b***'], min: null },
            { name: 'age', nulls: 1, min: 36, max: 36 },
            { name: 'joined', type: 'date', min: '2026-01-05', max: '2026-02-01' },
            { name: 'active', type: 'boolean' },
          ],
        },
      ],
    });
    expect(JSON.stringify(artifact)).not.toContain('ada@');
  });

  it('shows no address in the evidence of a finding', async () => {
    const artifact = await reviewFolder(dataProfile, {
      'a.csv': 'id,email\n1,ada@example.org\n1,bob@example.org\n',
    });
    expect(artifact.findings[0]?.location).toMatchObject({ line: 3, masked: true });
    expect(JSON.stringify(artifact)).not.toMatch(/ada@|bob@/);
  });

  it('lists at most 20 findings of a rule per file and says how many there are', async () => {
    const artifact = await reviewFolder(dataProfile, {
      'a.csv': `id,name\n${numbered(100, (n) => (n % 3 === 0 ? `${n},x,y` : `${n},x`))}\n`,
    });
    expect(artifact.findings).toHaveLength(20);
    expect(artifact.data).toMatchObject({ counts: { 'ragged-row': 33 } });
  });
});

describe('data-profile: JSON and NDJSON', () => {
  it.each<[string, FolderContent, string]>([
    [
      'a repeated id, at its own line',
      { 'a.json': '[\n  {\n    "id": 1\n  },\n  {\n    "id": 1\n  }\n]\n' },
      'duplicate-id a.json:6',
    ],
    [
      'a repeated id in a member',
      { 'db.json': '{"users": [\n{"id": 1},\n{"id": 2},\n{"id": 2}\n]}' },
      'duplicate-id db.json:4',
    ],
    [
      'a string among numbers',
      { 'a.json': `[\n${numbered(12, (n) => `{"price": ${n === 4 ? '"4"' : n}}${n === 12 ? '' : ','}`)}\n]` },
      'mixed-types a.json:5',
    ],
    ['a broken line', { 'a.ndjson': '{"a":1}\n{"a":2\n{"a":3}\n' }, 'broken-json-line a.ndjson:2'],
    ['a line in single quotes', { 'a.jsonl': '{\'a\':1}\n{"a":2}\n' }, 'broken-json-line a.jsonl:1'],
    ['two values in one line', { 'a.jsonl': '{"a":1}{"a":2}\n{"a":3}\n' }, 'broken-json-line a.jsonl:1'],
    ['a repeated id over lines', { 'a.ndjson': '{"id":"x"}\n\n{"id":"x"}\n' }, 'duplicate-id a.ndjson:3'],
    ['a line cut off at the end', { 'a.ndjson': '{"a":1}\n{"a":2}\n{"a":' }, 'broken-json-line a.ndjson:3'],
  ])('reports %s', async (_title, files, place) => {
    expect(await profile(files)).toEqual([place]);
  });

  it.each<[string, FolderContent]>([
    [
      'null among numbers',
      { 'a.json': `[${numbered(12, (n) => `{"p": ${n === 4 ? 'null' : n}}`).replaceAll('\n', ',')}]` },
    ],
    [
      'whole numbers among decimals',
      { 'a.json': `[${numbered(12, (n) => `{"p": ${n === 4 ? 4 : n + 0.5}}`).replaceAll('\n', ',')}]` },
    ],
    [
      'dates among strings',
      {
        'a.json': `[${numbered(12, (n) => `{"p": "${n === 4 ? 'soon' : '2026-01-01'}"}`).replaceAll('\n', ',')}]`,
      },
    ],
    ['optional members', { 'a.json': '[{"id":1,"a":1},{"id":2},{"id":3,"b":[1,2]}]' }],
    ['ids per type', { 'a.json': '[{"type":"a","id":1},{"type":"b","id":1},{"type":"a","id":2}]' }],
    ['ids in nested objects', { 'a.json': '[{"id":1,"owner":{"id":9}},{"id":2,"owner":{"id":9}}]' }],
    ['empty lines and spaces', { 'a.ndjson': '{"a":1}\n\n  {"a":2}  \r\n' }],
    ['scalars as lines', { 'a.ndjson': '{"a":1}\n12\n"x"\nnull\n' }],
    ['brackets and escapes in strings', { 'a.json': '[{"id":1,"t":"}]\\"{\\n"},\n{"id":2,"t":"\\\\"}]' }],
  ])('leaves alone: %s', async (_title, files) => {
    expect(await profile(files)).toEqual([]);
  });

  it.each([
    'package.json',
    'package-lock.json',
    'tsconfig.build.json',
    '.vscode/tasks.json',
    'knip.config.json',
    'openapi.v1.json',
  ])('takes %s for settings', async (path) => {
    const artifact = await reviewFolder(dataProfile, { [path]: '{"a":[{"id":1},{"id":1},{"id":2}]}' });
    expect(artifact.status).toBe('not-applicable');
  });

  it('takes one document under the name of many lines for what it is', async () => {
    expect(await profile({ 'a.jsonl': '[\n{"id":1},\n{"id":2}\n]\n', 'b.csv': 'a,b\n1,2\n' })).toEqual([]);
  });

  it('does not show the text of a broken line', async () => {
    const artifact = await reviewFolder(dataProfile, {
      'a.ndjson': '{"a":1}\n{"mail": "ada@example.org" nonsense}\n',
    });
    expect(artifact.findings).toHaveLength(1);
    expect(JSON.stringify(artifact)).not.toContain('ada@');
  });

  it('says that a folder has no data', async () => {
    const artifact = await reviewFolder(dataProfile, { 'a.md': '# x\n', 'list.json': '[1,2,3]' });
    expect(artifact).toMatchObject({ status: 'not-applicable', findings: [] });
  });

  it('gives up on nesting beyond the limit without failing', async () => {
    expect(parseJsonLines(`${'['.repeat(5_000)}${']'.repeat(5_000)}`)).toBeUndefined();
  });

  it('reads any JSON as the engine does, and any indentation', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.integer({ min: 0, max: 3 }), (value, indent) => {
        const node = parseJsonLines(JSON.stringify(value, undefined, indent));
        const plain = (at: NonNullable<typeof node>): unknown =>
          at.kind === 'scalar'
            ? at.value
            : at.kind === 'array'
              ? at.items.map(plain)
              : Object.fromEntries(at.members.map(([key, member]) => [key, plain(member)]));
        expect(JSON.stringify(plain(node as NonNullable<typeof node>))).toBe(JSON.stringify(value));
      }),
    );
  });
});
