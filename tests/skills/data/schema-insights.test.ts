import { describe, expect, it } from 'vitest';
import { schemaInsights } from '../../../src/skills/data/schema-insights.ts';
import { type FolderContent, reviewFolder } from '../../support/skill-context.ts';

interface Insights {
  readonly tables: {
    name: string;
    candidateKeys: { columns: string[]; uniqueness: number; isPrimary: boolean }[];
    enums: { column: string; values: { value: string; rows: number }[] }[];
    outliers: { column: string; mild: number; far: number; lines: number[] }[];
    personalColumns: string[];
  }[];
  readonly foreignKeys: { column: string; targetTable: string; containment: number; isNamed: boolean }[];
  readonly declared: object[];
  readonly ddl: string;
  readonly proof: {
    tablesCreated: number;
    rowsTried: number;
    rowsRejected: number;
    tables: {
      name: string;
      rejected: number;
      reasons: { reason: string; rows: number; firstLine: number }[];
    }[];
  };
}

async function insights(files: FolderContent): Promise<Insights> {
  const { status, reason, data } = await reviewFolder(schemaInsights, files);
  if (status !== 'done') throw new Error(reason);
  return data as unknown as Insights;
}

const lines = (header: string, count: number, row: (index: number) => string): string =>
  [header, ...Array.from({ length: count }, (_unused, index) => row(index)), ''].join('\n');
const CUSTOMERS = lines('id,name,vip', 12, (index) => `${index + 1},N${index},${index % 2 === 0}`);
const ORDERS = lines('id,customer_id,status,total', 20, (index) =>
  [index + 100, (index % 12) + 1, ['new', 'paid', 'sent'][index % 3], index === 7 ? 9_999 : 10 + index].join(
    ',',
  ),
);

describe('schema-insights', () => {
  it('finds keys and references, and inserts all rows into the schema that it writes', async () => {
    const { tables, foreignKeys, ddl, proof } = await insights({
      'customers.csv': CUSTOMERS,
      'orders.csv': ORDERS,
    });
    expect(tables[1]?.candidateKeys[0]).toEqual({ columns: ['id'], uniqueness: 1, isPrimary: true });
    expect(foreignKeys).toEqual([
      {
        table: 'orders',
        column: 'customer_id',
        targetTable: 'customers',
        targetColumn: 'id',
        values: 12,
        contained: 12,
        containment: 1,
        isNamed: true,
      },
    ]);
    expect(ddl).toContain('FOREIGN KEY ("customer_id") REFERENCES "customers" ("id")');
    expect(ddl).toContain('"vip" INTEGER NOT NULL CHECK ("vip" IN (0, 1))');
    expect(proof).toMatchObject({ tablesCreated: 2, rowsTried: 32, rowsRejected: 0 });
  });

  it('finds columns with few values, and values far from the others with their lines', async () => {
    const { tables } = await insights({ 'orders.csv': ORDERS });
    expect(tables[0]?.enums).toEqual([
      {
        column: 'status',
        values: [
          { value: 'new', rows: 7 },
          { value: 'paid', rows: 7 },
          { value: 'sent', rows: 6 },
        ],
      },
    ]);
    expect(tables[0]?.outliers).toMatchObject([{ column: 'total', mild: 1, far: 1, lines: [9] }]);
  });

  it('counts the rows that the schema refuses, and says why', async () => {
    const rows = lines(
      'id,size',
      30,
      (index) => `${index === 29 ? 1 : index},${index === 5 ? 'large' : index % 13}`,
    );
    const { tables, proof } = await insights({ 'a.csv': rows });
    expect(tables[0]?.candidateKeys).toEqual([{ columns: ['id'], uniqueness: 0.9666, isPrimary: true }]);
    expect(proof.rowsRejected).toBe(2);
    expect(proof.tables[0]?.reasons).toEqual([
      { reason: 'cannot store TEXT value in INTEGER column a.size', rows: 1, firstLine: 7 },
      { reason: 'UNIQUE constraint failed: a.id', rows: 1, firstLine: 31 },
    ]);
  });

  it('measures a reference with holes, and lets the database refuse those rows', async () => {
    const orders = lines(
      'id,customer_id',
      40,
      (index) => `${index + 1},${index === 3 ? 99 : (index % 12) + 1}`,
    );
    const { foreignKeys, proof } = await insights({ 'customers.csv': CUSTOMERS, 'orders.csv': orders });
    expect(foreignKeys).toMatchObject([{ values: 13, contained: 12, containment: 0.923 }]);
    expect(proof.tables.find(({ name }) => name === 'orders')?.reasons).toEqual([
      { reason: 'FOREIGN KEY constraint failed', rows: 1, firstLine: 5 },
    ]);
  });

  it('takes two columns together for a key where none is one alone', async () => {
    const rows = lines('order_id,sku,count', 12, (index) => `${index >> 1},S${index % 2},3`);
    const { tables, proof } = await insights({ 'lines.csv': rows });
    expect(tables[0]?.candidateKeys).toEqual([
      { columns: ['order_id', 'sku'], uniqueness: 1, isPrimary: true },
    ]);
    expect(proof.rowsRejected).toBe(0);
  });

  it('names personal columns and shows nothing of them', async () => {
    const people = lines('id,email', 20, (index) => `${index},ada${index % 2}@example.com`);
    const artifact = await reviewFolder(schemaInsights, {
      'people.csv': people,
      'flat.ndjson': '{"id":1,"email":"zoe@example.com"}\n{"id":2,"email":"bob@example.com"}\n',
    });
    expect(artifact.data['tables']).toMatchObject([
      { personalColumns: ['email'] },
      { personalColumns: ['email'], enums: [] },
    ]);
    expect(JSON.stringify(artifact)).not.toMatch(/@example/);
  });

  it('sets data files against the tables that SQL files define', async () => {
    const { declared } = await insights({
      'customers.csv': CUSTOMERS,
      'db/schema.sql':
        'CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT, city TEXT);\nCREATE TABLE other (id INTEGER);\n',
    });
    expect(declared).toEqual([
      { table: 'customers', folder: 'db', onlyInData: ['vip'], onlyInSchema: ['city'] },
    ]);
  });

  it.each([
    [
      'small numbers that happen to be ids elsewhere',
      { 'stock.csv': lines('sku,amount', 20, (index) => `S${index},${(index % 5) + 1}`) },
    ],
    [
      'a column named after a table without its values',
      { 'stock.csv': lines('sku,customer_id', 20, (index) => `S${index},${index + 500}`) },
    ],
    [
      'a text that few rows share',
      { 'stock.csv': lines('sku,note', 20, (index) => `S${index},N${index % 2}`) },
    ],
  ])('takes no notice of %s', async (_what, files) => {
    const { foreignKeys } = await insights({ 'customers.csv': CUSTOMERS, ...files } as FolderContent);
    expect(foreignKeys).toEqual([]);
  });

  it('finds no enumeration in names and no outlier among ids or even numbers', async () => {
    const rows = lines(
      'id,name,size',
      30,
      (index) => `${index === 29 ? 90_000 : index},N${index},${index % 7}`,
    );
    const { tables } = await insights({ 'a.csv': rows });
    expect(tables[0]).toMatchObject({ enums: [], outliers: [] });
  });

  it('keeps numbers with leading zeros as texts', async () => {
    const { ddl } = await insights({ 'a.csv': lines('id,zip', 12, (index) => `${index},0${index}234`) });
    expect(ddl).toContain('"zip" TEXT NOT NULL');
  });

  it('quotes hostile names and values', async () => {
    const hostile = [
      { 'a"); DROP TABLE x;--': "it's'); DELETE FROM t;--", b: 'a\0b' },
      { 'a"); DROP TABLE x;--': '$&`STATEMENTS`', b: '\u2028' },
    ];
    const { proof } = await insights({ "x'; drop.json": JSON.stringify(hostile) });
    expect(proof).toMatchObject({ tablesCreated: 1, rowsTried: 2, rowsRejected: 0 });
  });

  it('is not applicable without a record', async () => {
    expect((await reviewFolder(schemaInsights, { 'a.md': '# A\n' })).status).toBe('not-applicable');
    expect(await reviewFolder(schemaInsights, { 'a.csv': 'id,name\n' })).toMatchObject({
      status: 'not-applicable',
      data: {},
    });
  });
});
