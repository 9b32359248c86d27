/** Faults of the sample that a variant may repair. */
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

/** The first line of a file that holds a text. Throws when there is none. */
export function lineWith(files: VariantFiles, path: string, text: string): VariantLine {
  const found = files.get(path)?.find((line) => line.text.includes(text));
  if (found === undefined) throw new Error(`No line of ${path} holds ${text}.`);
  return found;
}
