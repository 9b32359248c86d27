/** Finds columns whose values are keys of another table, by counting. */
import { type ColumnFacts, isIdName, snakeCase, type TableFacts } from './table-facts.ts';

export interface ForeignKey {
  readonly table: string;
  readonly column: string;
  readonly targetTable: string;
  readonly targetColumn: string;
  /** Different values of the column, and how many of them the target has. */
  readonly values: number;
  readonly contained: number;
  /** contained / values. */
  readonly containment: number;
  /** True when the column is named after the target. */
  readonly isNamed: boolean;
}

/** A column named after its target counts from half of its values on; others only when all are there. */
const NAMED_CONTAINMENT = 0.5;
/** Fewer different values are contained somewhere by chance. */
const FEWEST_UNNAMED = 5;

/** Best match for each column. */
export function foreignKeysOf(tables: readonly TableFacts[]): readonly ForeignKey[] {
  return tables.flatMap((child) =>
    child.columns.flatMap((column) => {
      const matches = tables
        .filter((parent) => parent !== child)
        .flatMap((parent) => matchesIn(child, column, parent))
        .sort((a, b) => Number(b.isNamed) - Number(a.isNamed) || b.containment - a.containment);
      return matches.slice(0, 1);
    }),
  );
}

function matchesIn(child: TableFacts, column: ColumnFacts, parent: TableFacts): ForeignKey[] {
  const { type } = column.profile;
  if ((type !== 'integer' && type !== 'text') || column.distinct.size === 0) return [];
  return parent.columns.flatMap((target): ForeignKey[] => {
    const isKey = parent.keys.some(
      ({ columns }) => columns.length === 1 && columns[0] === target.profile.name,
    );
    if (!isKey || target.sqlType !== column.sqlType) return [];
    const isNamed = namesTarget(column.profile.name, parent.name, target.profile.name);
    // Small numbers are contained in every counting id; prose is no reference.
    const isSolid =
      type === 'text' && column.distinct.size >= FEWEST_UNNAMED && isIdName(target.profile.name);
    if (!isNamed && !isSolid) return [];
    let contained = 0;
    for (const value of column.distinct) if (target.distinct.has(value)) contained += 1;
    const containment = contained / column.distinct.size;
    if (containment < (isNamed ? NAMED_CONTAINMENT : 1)) return [];
    return [
      {
        table: child.name,
        column: column.profile.name,
        targetTable: parent.name,
        targetColumn: target.profile.name,
        values: column.distinct.size,
        contained,
        containment: Math.floor(containment * 10_000) / 10_000,
        isNamed,
      },
    ];
  });
}

/** `customer_id`, `customersId`, `customer` for the key `id` of customers; also the key's own name unless it is `id`. */
function namesTarget(column: string, table: string, key: string): boolean {
  const name = snakeCase(column);
  const own = snakeCase(key);
  const stems = [table, singular(table)];
  if (own !== 'id' && isIdName(key) && (name === own || name.endsWith(`_${own}`))) return true;
  return stems.some((stem) => name === `${stem}_${own}` || name.endsWith(`_${stem}_${own}`) || name === stem);
}

function singular(name: string): string {
  if (name.endsWith('ies')) return `${name.slice(0, -3)}y`;
  if (/(?:ss|x|ch|sh)es$/.test(name)) return name.slice(0, -2);
  return name.endsWith('s') && !name.endsWith('ss') ? name.slice(0, -1) : name;
}
