/** Faults of the sample that a variant may repair, and others that it may get instead. */
import type { VariantFiles, VariantLine } from './sample-variant.ts';

type Change = (files: VariantFiles) => void;

/** By the fault's id in the manifest. */
export const DROPPED_FAULTS: Readonly<Record<string, Change>> = {
  'debugger-notice': inLine('src/notices/order-notices.ts', 'debugger;', ''),
  'assign-status': inLine('src/orders/order-service.ts', "(status = 'new')", "status === 'new'"),
  'compare-price': inLine(
    'src/catalogue/price.ts',
    'left.priceCents === left.priceCents',
    'left.priceCents === right.priceCents',
  ),
  'only-price': inLine('tests/price.test.ts', 'test.only(', 'test('),
  'write-all': inLine('.github/workflows/release.yml', 'write-all', 'read-all'),
  'action-main': inLine('.github/workflows/release.yml', 'release-notes@main', 'release-notes@v3'),
  'image-mail': inLine('docker-compose.yml', 'axllent/mailpit', 'axllent/mailpit:v1.21'),
  'privileged-worker': inLine('docker-compose.yml', 'privileged: true', 'privileged: false'),
  'script-seed': inLine('README.md', 'npm run seed', 'npm run import'),
  'link-contributing': inLine('README.md', '(CONTRIBUTING.md)', '(docs/architecture.md)'),
  'tls-gateway': inLine(
    'src/payments/payment-gateway.ts',
    'rejectUnauthorized: false',
    'rejectUnauthorized: true',
  ),
  'row-shackle': inLine('data/products.csv', ',discontinued', ''),
  'stock-lantern': inLine('data/products.csv', ',plenty', ',12'),
  'json-event': inLine('data/events.ndjson', '"TW-109"', '"TW-109"}'),
  'id-supplier': inLine('data/suppliers.json', '"id": 2, "name": "Atlas', '"id": 5, "name": "Atlas'),
  'hash-password': inLine('src/users/passwords.ts', "createHash('md5')", "createHash('sha256')", [
    [
      'tests/users.test.ts',
      '5f4dcc3b5aa765d61d8327deb882cf99',
      '5e884898da28047151d0e56f8dc6292773603d0d6aabbdd62a11ef721d1542d8',
    ],
  ]),
  'index-lines': inLine(
    'db/migrations/0003_orders.sql',
    'PRIMARY KEY (order_id, sku)',
    'PRIMARY KEY (order_id, sku), UNIQUE (sku, order_id)',
  ),
};

/** A fault that the sample does not have. */
export interface AddedFault {
  readonly id: string;
  readonly skill: string;
  readonly rule: string;
  /** Puts it in; its line gets `origin`. */
  readonly add: (files: VariantFiles, origin: string) => void;
}

/** The line of the fault is marked by `>` at its beginning. */
const at = (skill: string, rule: string, id: string, path: string, ...lines: string[]): AddedFault => ({
  id,
  skill,
  rule,
  add: (files, origin) => append(files, path, lines, origin),
});

export const ADDED_FAULTS: readonly AddedFault[] = [
  at(
    'code-scan',
    'command-injection',
    'command-remove',
    'src/reports/export-files.ts',
    '',
    'async function dropFolder(name: string): Promise<void> {',
    "  const command = 'rm -rf exports/' + name;",
    '>  await run(command);',
    '}',
  ),
  at(
    'code-scan',
    'sql-injection',
    'sql-count',
    'src/orders/order-store.ts',
    '',
    'function countOf(database: Database, owner: string): number {',
    '>  const row = database.prepare(`SELECT count(*) AS n FROM orders WHERE user_id = "${owner}"`).get();',
    "  return Number(row?.['n']);",
    '}',
  ),
  at(
    'code-health',
    'self-comparison',
    'compare-session',
    'src/users/sessions.ts',
    '',
    'function isSameSession(left: Session, right: Session): boolean {',
    '>  return left.token === right.token && left.userId === left.userId;',
    '}',
  ),
  at(
    'code-health',
    'empty-catch',
    'empty-parse',
    'src/payments/webhook.ts',
    '',
    'function note(text: string): void {',
    '  try {',
    '    console.log(JSON.parse(text));',
    '>  } catch (error) {}',
    '}',
  ),
  at(
    'code-health',
    'unreachable-code',
    'dead-total',
    'src/shared/money.ts',
    '',
    'function half(cents: number): number {',
    "  if (cents < 0) throw new Error('Less than nothing');",
    '  throw new Error(`Not a sum: ${cents}`);',
    '>  return cents / 2;',
    '}',
  ),
  at(
    'secret-scan',
    'hardcoded-secret',
    'secret-mail',
    'src/notices/mailer.ts',
    '',
    ">const MAIL_API_KEY = '@@secret:random-base64:mail@@';",
    "console.assert(MAIL_API_KEY !== '');",
  ),
  at(
    'test-review',
    'test-without-assertion',
    'assert-tax',
    'tests/money.test.ts',
    '',
    ">test('taxes a small sum', () => {",
    '  const gross = money.addTax(100, 19);',
    '  console.log(gross);',
    '});',
  ),
  at(
    'docs-check',
    'broken-link',
    'link-upgrade',
    'CHANGELOG.md',
    '',
    '>See [how to upgrade](docs/upgrade-guide.md).',
  ),
  at(
    'sql-schema',
    'no-primary-key',
    'key-visits',
    'db/migrations/0005_vouchers.sql',
    '',
    '>CREATE TABLE visits (',
    '  day TEXT NOT NULL,',
    '  page TEXT NOT NULL',
    ');',
  ),
  at('data-profile', 'ragged-row', 'row-customer', 'data/customers.csv', '>C1090,Tom,Kiel'),
  {
    id: 'image-redis',
    skill: 'container-lint',
    rule: 'image-latest',
    add: (files, origin) =>
      replaceLine(files, 'docker-compose.yml', 'redis:7.4-alpine', 'redis:latest', origin),
  },
  {
    id: 'action-labeler',
    skill: 'workflow-lint',
    rule: 'unpinned-action',
    add: (files, origin) =>
      replaceLine(files, '.github/workflows/labels.yml', 'labeler@v5', 'labeler@master', origin),
  },
];

function inLine(
  path: string,
  from: string,
  to: string,
  also: readonly [string, string, string][] = [],
): Change {
  return (files) => {
    for (const [file, before, after] of [[path, from, to] as const, ...also]) {
      const line = lineWith(files, file, before);
      line.text = line.text.replace(before, after);
    }
  };
}

function replaceLine(files: VariantFiles, path: string, from: string, to: string, origin: string): void {
  const lines = files.get(path) ?? [];
  const line = lineWith(files, path, from);
  lines.splice(lines.indexOf(line), 1, { text: line.text.replace(from, to), origin });
}

function lineWith(files: VariantFiles, path: string, text: string): VariantLine {
  const found = files.get(path)?.find((line) => line.text.includes(text));
  if (found === undefined) throw new Error(`No line of ${path} holds ${text}.`);
  return found;
}

function append(files: VariantFiles, path: string, added: readonly string[], origin: string): void {
  const lines = files.get(path);
  if (lines === undefined) throw new Error(`There is no ${path}.`);
  while (lines.at(-1)?.text === '') lines.pop();
  for (const text of added) lines.push(text.startsWith('>') ? { text: text.slice(1), origin } : { text });
  lines.push({ text: '' });
}
