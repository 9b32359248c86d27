/** Faults that variants of the sample lack, have elsewhere or have in another shape. All texts are those of the sample. */
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: texts of files
import type { SampleFault, SampleLookAlike } from '../../../src/cli/sample/manifest.ts';

/** One change; those of a list do not touch each other's lines. */
export interface VariantChange {
  /** Ids of faults that are gone, or replaced by one of `faults`. */
  readonly drops?: readonly string[];
  /** Look-alikes that are gone: their anchors. */
  readonly dropsLookAlikes?: readonly string[];
  readonly edits: readonly { readonly path: string; readonly find: string; readonly replace: string }[];
  readonly faults?: readonly SampleFault[];
  readonly lookAlikes?: readonly SampleLookAlike[];
}

const fault = (
  id: string,
  skill: string,
  rule: string,
  path: string,
  anchor: string,
  alsoAt: readonly string[] = [],
): SampleFault => ({
  id,
  skill,
  rule,
  path,
  anchor,
  note: 'of the variant',
  alsoAt: alsoAt.map((text) => ({ path, anchor: text })),
});

const lookAlike = (skill: string, rule: string, path: string, anchor: string): SampleLookAlike => ({
  skill,
  rule,
  path,
  anchor,
  note: 'of the variant',
});

export const VARIANT_CHANGES: readonly VariantChange[] = [
  {
    drops: ['eval-formula'],
    edits: [
      {
        path: 'src/catalogue/discount-rules.ts',
        find: "const compute = new Function('total', 'items', 'isFirstOrder', `return (${formula});`);",
        replace: 'const compute = eval(`(total, items, isFirstOrder) => (${formula})`);',
      },
    ],
    faults: [
      fault(
        'eval-arrow',
        'code-scan',
        'eval-use',
        'src/catalogue/discount-rules.ts',
        'const compute = eval(',
      ),
    ],
  },
  {
    drops: ['command-log'],
    edits: [
      {
        path: 'scripts/pack-exports.ts',
        find: "execSync('git log --oneline --since=' + since)",
        replace: "execFileSync('git', ['log', '--oneline', `--since=${since}`])",
      },
      {
        path: 'scripts/pack-exports.ts',
        find: 'import { execSync }',
        replace: 'import { execFileSync, execSync }',
      },
    ],
    lookAlikes: [
      lookAlike('code-scan', 'command-injection', 'scripts/pack-exports.ts', "execFileSync('git', ["),
    ],
  },
  {
    drops: ['command-pack'],
    edits: [
      {
        path: 'src/reports/export-files.ts',
        find: 'await run(`tar -czf ${archive} -C ${folder} .`)',
        replace: "await runFile('sh', ['-c', `tar -czf ${archive} -C ${folder} .`])",
      },
    ],
    faults: [
      fault(
        'command-shell',
        'code-scan',
        'command-injection',
        'src/reports/export-files.ts',
        "await runFile('sh'",
      ),
    ],
  },
  {
    drops: ['hash-password'],
    edits: [
      {
        path: 'src/users/passwords.ts',
        find: "function legacyHash(password: string): string {\n  return createHash('md5')",
        replace:
          "const OLD_SCHEME = 'md5';\n\nfunction legacyHash(password: string): string {\n  return createHash(OLD_SCHEME)",
      },
    ],
    faults: [
      fault('hash-scheme', 'code-scan', 'weak-hash', 'src/users/passwords.ts', 'createHash(OLD_SCHEME)', [
        'const OLD_SCHEME',
      ]),
    ],
  },
  {
    edits: [
      {
        path: 'src/users/sessions.ts',
        find: 'return Math.random().toString(36).slice(2) + Date.now().toString(36);',
        replace:
          "return Array.from({ length: 24 }, () => Math.floor(Math.random() * 36).toString(36)).join('');",
      },
    ],
  },
  {
    drops: ['tls-gateway'],
    dropsLookAlikes: ['rejectUnauthorized: true'],
    edits: [
      {
        path: 'src/payments/payment-gateway.ts',
        find: '          rejectUnauthorized: false,\n',
        replace: '',
      },
      {
        path: 'src/notices/mailer.ts',
        find: 'rejectUnauthorized: true',
        replace: 'rejectUnauthorized: false',
      },
    ],
    faults: [
      fault(
        'tls-mail',
        'code-scan',
        'tls-verification-off',
        'src/notices/mailer.ts',
        'rejectUnauthorized: false',
      ),
    ],
  },
  {
    drops: ['sql-status'],
    edits: [
      {
        path: 'src/orders/order-store.ts',
        find: `"SELECT id FROM orders WHERE status = '" + status + "' ORDER BY created_at"`,
        replace: "`SELECT id FROM orders WHERE status = '${status}' ORDER BY created_at`",
      },
    ],
    faults: [
      fault(
        'sql-template',
        'code-scan',
        'sql-injection',
        'src/orders/order-store.ts',
        "status = '${status}'",
      ),
    ],
  },
  {
    drops: ['only-price'],
    edits: [
      {
        path: 'tests/price.test.ts',
        find: "test.only('takes the quantity discount off', () => {",
        replace: "test('takes the quantity discount off', { only: true }, () => {",
      },
    ],
    faults: [fault('only-option', 'test-review', 'focused-test', 'tests/price.test.ts', '{ only: true }')],
  },
  {
    drops: ['skip-stock'],
    edits: [
      {
        path: 'tests/orders.test.ts',
        find: "it.skip('give the stock back when they are cancelled', () => {",
        replace: "it('give the stock back when they are cancelled', { skip: true }, () => {",
      },
    ],
    faults: [fault('skip-option', 'test-review', 'skipped-test', 'tests/orders.test.ts', '{ skip: true }')],
  },
  {
    drops: ['debugger-notice'],
    edits: [
      { path: 'src/notices/order-notices.ts', find: '  debugger;\n', replace: '' },
      {
        path: 'src/shared/lists.ts',
        find: '    if (group === undefined) groups',
        replace: '    debugger;\n    if (group === undefined) groups',
      },
    ],
    faults: [
      fault('debugger-group', 'code-health', 'debugger-statement', 'src/shared/lists.ts', 'debugger;'),
    ],
  },
  {
    drops: ['empty-close'],
    edits: [
      { path: 'src/notices/mailer.ts', find: '    } catch {}', replace: '    } catch (error) {\n    }' },
    ],
    faults: [
      fault('empty-named', 'code-health', 'empty-catch', 'src/notices/mailer.ts', '} catch (error) {'),
    ],
  },
  {
    drops: ['compare-price'],
    edits: [
      {
        path: 'src/catalogue/price.ts',
        find: 'left.priceCents === left.priceCents',
        replace: 'right.priceCents >= right.priceCents',
      },
    ],
    faults: [
      fault(
        'compare-right',
        'code-health',
        'self-comparison',
        'src/catalogue/price.ts',
        'right.priceCents >= right.priceCents',
      ),
    ],
  },
  {
    drops: ['dead-refund'],
    edits: [
      {
        path: 'src/payments/refunds.ts',
        find: "  if (daysSinceDelivery > 60) return { cents: 0, reason: 'too late' };\n",
        replace: '',
      },
      {
        path: 'src/shared/money.ts',
        find: '  if (!Number.isFinite(value)) throw new Error(`Not an amount: "${text}"`);',
        replace:
          '  if (!Number.isFinite(value)) {\n    throw new Error(`Not an amount: "${text}"`);\n    return 0;\n  }',
      },
    ],
    faults: [fault('dead-amount', 'code-health', 'unreachable-code', 'src/shared/money.ts', 'return 0;')],
  },
  {
    drops: ['case-sent'],
    edits: [
      {
        path: 'src/orders/order-status.ts',
        find: "    case 'sent':\n      return 'It has left our warehouse';\n",
        replace: '',
      },
    ],
  },
  {
    drops: ['link-contributing'],
    edits: [
      { path: 'README.md', find: '- [How to contribute](CONTRIBUTING.md)\n', replace: '' },
      {
        path: 'docs/api.md',
        find: '## Errors\n',
        replace: 'The [old interface](api-v1.md) had none.\n\n## Errors\n',
      },
    ],
    faults: [fault('link-interface', 'docs-check', 'broken-link', 'docs/api.md', '(api-v1.md)')],
  },
  {
    drops: ['script-seed'],
    edits: [{ path: 'README.md', find: ' by `npm run seed`', replace: ' by hand' }],
  },
  {
    drops: ['action-main'],
    edits: [
      { path: '.github/workflows/release.yml', find: 'release-notes@main', replace: 'release-notes@master' },
    ],
    faults: [
      fault(
        'action-master',
        'workflow-lint',
        'unpinned-action',
        '.github/workflows/release.yml',
        'release-notes@master',
      ),
    ],
  },
  {
    edits: [
      {
        path: '.github/workflows/ci.yml',
        find: '${{ github.head_ref }}',
        replace: '${{ github.event.pull_request.body }}',
      },
    ],
  },
  {
    drops: ['image-worker', 'root-worker'],
    edits: [
      { path: 'docker/worker.Dockerfile', find: 'FROM node:latest', replace: 'FROM node' },
      { path: 'docker/worker.Dockerfile', find: 'CMD [', replace: 'USER root\nCMD [' },
    ],
    faults: [
      fault('image-untagged', 'container-lint', 'image-latest', 'docker/worker.Dockerfile', 'FROM node'),
      fault('root-named', 'container-lint', 'runs-as-root', 'docker/worker.Dockerfile', 'USER root', [
        'CMD [',
        'FROM node',
      ]),
    ],
  },
  {
    drops: ['privileged-worker'],
    edits: [{ path: 'docker-compose.yml', find: '    privileged: true\n', replace: '' }],
  },
  {
    drops: ['key-events'],
    edits: [
      {
        path: 'db/migrations/0004_carts.sql',
        find: '  kind TEXT NOT NULL\n',
        replace: '  kind TEXT NOT NULL,\n  PRIMARY KEY (cart_id, happened_at)\n',
      },
    ],
    lookAlikes: [
      lookAlike('sql-schema', 'no-primary-key', 'db/migrations/0004_carts.sql', 'CREATE TABLE cart_events'),
    ],
  },
  {
    edits: [{ path: 'data/events.ndjson', find: '"sku":"TW-109"\n', replace: '"sku":"TW-109",}\n' }],
  },
  {
    drops: ['dependency-align'],
    edits: [
      { path: 'package.json', find: '    "left-align": "^2.0.1",\n', replace: '' },
      { path: 'package-lock.json', find: '        "left-align": "^2.0.1",\n', replace: '' },
    ],
  },
  {
    edits: [
      {
        path: 'src/notices/chat-notice.ts',
        find: '@@secret:slack-token:',
        replace: '@@secret:random-base64:',
      },
    ],
  },
];
