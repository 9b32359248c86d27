/** Faults that the sample does not have, and things that only look like some; a variant gets a choice of both. */

import type { VariantFiles } from './sample-variant.ts';
import { lineWith } from './sample-variant-faults.ts';

/** A fault that the sample does not have. */
export interface AddedFault {
  readonly id: string;
  readonly skill: string;
  readonly rule: string;
  /** Puts it in; its line gets `origin`. */
  readonly add: (files: VariantFiles, origin: string) => void;
}

/** The line of the fault is marked by `>` at its beginning; imports, which go to the top of the file, by `^`. */
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
    `>  const row = database.prepare(\`SELECT count(*) AS n FROM orders WHERE user_id = '\${owner}'\`).get();`,
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
    `  throw new Error(\`Not a sum: \${cents}\`);`,
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
  at(
    'code-scan',
    'eval-use',
    'eval-rule',
    'src/payments/refunds.ts',
    '',
    'function ruleOf(text: string): unknown {',
    ">  return eval('(' + text + ')');",
    '}',
  ),
  at(
    'code-scan',
    'weak-hash',
    'hash-reset',
    'src/users/user-store.ts',
    "^import * as crypto from 'node:crypto';",
    '',
    'function resetToken(email: string): string {',
    ">  return crypto.createHash('md5').update(email + Date.now()).digest('hex');",
    '}',
  ),
  at(
    'code-scan',
    'insecure-random',
    'random-code',
    'src/users/passwords.ts',
    '',
    'function makeResetCode(): string {',
    "  let code = '';",
    '>  while (code.length < 6) code += Math.floor(Math.random() * 10);',
    '  return code;',
    '}',
  ),
  at(
    'code-scan',
    'path-traversal',
    'path-font',
    'src/http/static-files.ts',
    '',
    'async function sendFont({ response, params }: RouteContext): Promise<void> {',
    "  const { name = '' } = params;",
    ">  response.end(await readFile('public/fonts/' + name));",
    '}',
  ),
  at(
    'code-scan',
    'sql-injection',
    'sql-parts',
    'src/db/database.ts',
    '',
    'function dropOld(database: Database, day: string): void {',
    "  const parts = ['DELETE FROM orders WHERE created_at <', day];",
    ">  database.exec(parts.join(' '));",
    '}',
  ),
  at(
    'code-scan',
    'command-injection',
    'command-list',
    'scripts/sync-stock.ts',
    "^import { spawnSync } from 'node:child_process';",
    '',
    'const folder = process.argv[2];',
    ">spawnSync('ls -l ' + folder, { shell: true });",
  ),
  at(
    'code-scan',
    'tls-verification-off',
    'tls-mail',
    'src/notices/mailer.ts',
    '',
    'function lenientOptions(url: string): object {',
    '>  return { url, tls: { rejectUnauthorized: false } };',
    '}',
  ),
  at(
    'secret-scan',
    'hardcoded-secret',
    'secret-guide',
    'docs/configuration.md',
    '',
    'For the release notes:',
    '',
    '```sh',
    '>export GITHUB_TOKEN=@@secret:github-token:guide@@',
    '```',
  ),
  at(
    'code-health',
    'duplicate-case',
    'case-level',
    'src/shared/logger.ts',
    '',
    'function colourOf(weight: number): string {',
    '  switch (weight) {',
    '    case 10:',
    "      return 'grey';",
    '    case 40:',
    "      return 'red';",
    '>    case 10:',
    "      return 'white';",
    '    default:',
    "      return 'none';",
    '  }',
    '}',
  ),
  at(
    'code-health',
    'assignment-in-condition',
    'assign-level',
    'src/shared/logger.ts',
    '',
    'function isLoud(level: string): boolean {',
    ">  if (level = 'error') return true;",
    "  return level === 'warn';",
    '}',
  ),
  at(
    'test-review',
    'skipped-test',
    'skip-mail',
    'tests/users.test.ts',
    '',
    ">test('an address is kept in small letters', { skip: true }, () => {",
    "  assert.equal('A'.toLowerCase(), 'a');",
    '});',
  ),
  at(
    'docs-check',
    'missing-script',
    'script-migrate',
    'docs/configuration.md',
    '',
    '>Change the schema by `npm run migrate -- --all`.',
  ),
  at('docs-check', 'broken-anchor', 'anchor-carts', 'CHANGELOG.md', '', '>See [carts](docs/api.md#carts).'),
  at(
    'sql-schema',
    'missing-foreign-key-target',
    'key-shop',
    'db/migrations/0005_vouchers.sql',
    '',
    'CREATE TABLE shelves (',
    '  id INTEGER PRIMARY KEY,',
    '>  shop_id INTEGER UNIQUE REFERENCES shops (id)',
    ');',
  ),
  at(
    'dependency-facts',
    'undeclared-dependency',
    'package-colours',
    'scripts/import-products.ts',
    "^>import colours from 'picocolors';",
    "console.log(colours.green('Done.'));",
  ),
  at('data-profile', 'duplicate-id', 'id-again', 'data/customers.csv', '>C1002,Ute,Kiel,2020-01-01,'),
  at(
    'data-profile',
    'broken-json-line',
    'json-comma',
    'data/events.ndjson',
    '>{"at":"2025-11-20T08:13:00Z",}',
  ),
  {
    id: 'inject-title',
    skill: 'workflow-lint',
    rule: 'script-injection',
    add: (files, origin) =>
      append(
        files,
        '.github/workflows/labels.yml',
        [`>      - run: echo "$\{{ github.event.pull_request.title }}"`],
        origin,
      ),
  },
];

/** Nothing of this may be reported. */
const harmless = (path: string, ...lines: string[]): ((files: VariantFiles) => void) => {
  return (files) => append(files, path, lines, '');
};

export const ADDED_LOOK_ALIKES: readonly ((files: VariantFiles) => void)[] = [
  harmless(
    'src/http/etag.ts',
    '',
    'function revisionOf(body: string): string {',
    "  return createHash('sha1').update(body).digest('hex').slice(0, 8);",
    '}',
  ),
  harmless(
    'src/shared/retry.ts',
    '',
    'function backoffMs(attempt: number): number {',
    '  return 100 * attempt + Math.random() * 50;',
    '}',
  ),
  harmless(
    'src/db/database.ts',
    '',
    'function analyse(database: Database): void {',
    `  for (const name of ['products', 'orders']) database.exec(\`ANALYZE \${name}\`);`,
    '}',
  ),
  harmless(
    'src/orders/order-store.ts',
    '',
    'function newest(database: Database, limit: number): unknown[] {',
    "  const fields = ['id', 'status'].join(', ');",
    `  return database.prepare(\`SELECT \${fields} FROM orders ORDER BY created_at DESC LIMIT \${limit}\`).all();`,
    '}',
  ),
  harmless(
    'src/reports/export-files.ts',
    '',
    'async function sizeOf(name: string): Promise<string> {',
    "  const { stdout } = await runFile('du', ['-sh', '--', name]);",
    '  return stdout;',
    '}',
  ),
  harmless(
    'src/users/user-store.ts',
    '',
    "const TOKEN_HEADER = 'x-session-token-2';",
    "const PASSWORD_RULE = '^(?=.*[0-9])(?=.*[A-Z]).{8,}$';",
    "const API_KEY = process.env['PAYMENT_KEY'] ?? 'changeme-before-release';",
  ),
  harmless(
    'src/shared/lists.ts',
    '',
    'function isNumber(value: number): boolean {',
    '  // Only NaN differs from itself.',
    '  return value === value;',
    '}',
    '',
    'function lastOf<T>(items: Iterator<T>): T | undefined {',
    '  let last: T | undefined;',
    '  let step: IteratorResult<T>;',
    '  while (!(step = items.next()).done) last = step.value;',
    '  return last;',
    '}',
  ),
  harmless(
    'tests/money.test.ts',
    '',
    "test.todo('rounds to the currency of the customer');",
    '',
    "test('does not throw for large sums', () => {",
    '  money.formatCents(Number.MAX_SAFE_INTEGER);',
    '});',
  ),
  harmless(
    'README.md',
    '',
    'Import other lists by `npm run import -- data/products.xml`; here is [the logo](public/logo.svg "Our logo")',
    'and [the part on refunds](<docs/api.md#refunds>).',
  ),
  harmless(
    '.github/workflows/labels.yml',
    `      - run: echo "Number $\{{ github.event.pull_request.number }}"`,
  ),
  harmless(
    'db/migrations/0005_vouchers.sql',
    '',
    "-- Kept for a year; see the table 'archive'.",
    'CREATE TABLE page_views (',
    '  day TEXT NOT NULL,',
    '  page TEXT NOT NULL,',
    '  CONSTRAINT page_views_key PRIMARY KEY (day, page)',
    ') STRICT;',
  ),
  harmless('data/customers.csv', 'C1080,"Tom, junior","Kiel\nNord",2020-01-01,'),
  (files) => {
    const line = lineWith(files, 'docker-compose.yml', 'image: timberio/vector');
    line.text = `    image: timberio/vector@sha256:${'5d7c0a91'.repeat(8)}`;
  },
];

function replaceLine(files: VariantFiles, path: string, from: string, to: string, origin: string): void {
  const lines = files.get(path) ?? [];
  const line = lineWith(files, path, from);
  lines.splice(lines.indexOf(line), 1, { text: line.text.replace(from, to), origin });
}

function append(files: VariantFiles, path: string, added: readonly string[], origin: string): void {
  const lines = files.get(path);
  if (lines === undefined) throw new Error(`There is no ${path}.`);
  while (lines.at(-1)?.text === '') lines.pop();
  for (const text of added) {
    const isImport = text.startsWith('^');
    const rest = isImport ? text.slice(1) : text;
    const line = rest.startsWith('>') ? { text: rest.slice(1), origin } : { text: rest };
    if (isImport) lines.unshift(line);
    else lines.push(line);
  }
  lines.push({ text: '' });
}
