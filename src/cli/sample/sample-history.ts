/** The story of the sample: who committed which files when. */

/** One commit. Files are paths or folders with a `/` at the end; `path@2/5` is the first two of five parts of a file. */
export interface SampleCommit {
  /** `2025-01-08T09:15:00Z` */
  readonly date: string;
  readonly author: string;
  readonly message: string;
  readonly files: readonly string[];
}

const ADA = 'Ada Lindqvist';
const BO = 'Bo Hartmann';
const CHI = 'Chi Okafor';

const commit = (date: string, author: string, message: string, ...files: string[]): SampleCommit => ({
  date,
  author,
  message,
  files,
});

/** Fourteen months. The newest commit is the last. Files that no commit names come with the first. */
export const SAMPLE_HISTORY: readonly SampleCommit[] = [
  commit('2025-01-08T09:15:00Z', ADA, 'Start the new shop', 'package.json', 'tsconfig.json', '.gitignore'),
  commit(
    '2025-01-09T14:02:00Z',
    ADA,
    'Keep products in a database',
    'src/db/',
    'src/catalogue/product-types.ts',
    'src/catalogue/product-store.ts',
    'src/catalogue/price.ts',
  ),
  commit('2025-01-15T10:40:00Z', BO, 'Sign customers in', 'src/users/', 'tests/users.test.ts'),
  commit(
    '2025-01-22T16:21:00Z',
    ADA,
    'Place orders',
    'src/orders/order-types.ts',
    'src/orders/order-status.ts',
    'src/orders/order-store.ts',
    'src/orders/order-service.ts@3/14',
  ),
  commit(
    '2025-02-03T08:55:00Z',
    ADA,
    'Check what is ordered',
    'src/orders/order-service.ts@4/14',
    'tests/orders.test.ts@2/4',
  ),
  commit(
    '2025-02-11T11:30:00Z',
    CHI,
    'Search and suggest',
    'src/catalogue/search.ts',
    'tests/search.test.ts',
    'src/shared/lists.ts',
  ),
  commit(
    '2025-02-19T13:47:00Z',
    ADA,
    'Give discounts',
    'src/catalogue/discount-rules.ts',
    'tests/discounts.test.ts',
    'src/orders/order-service.ts@5/14',
  ),
  commit(
    '2025-03-04T09:05:00Z',
    BO,
    'Charge cards',
    'src/payments/payment-gateway.ts',
    'src/orders/order-service.ts@6/14',
  ),
  commit(
    '2025-03-12T15:12:00Z',
    BO,
    'Listen to the processor',
    'src/payments/webhook.ts',
    'tests/webhook.test.ts',
  ),
  commit(
    '2025-03-27T10:18:00Z',
    CHI,
    'Serve pages and files',
    'src/http/',
    'public/',
    'src/http/server.ts@5/6',
  ),
  commit(
    '2025-04-08T12:00:00Z',
    ADA,
    'Let customers cancel',
    'src/orders/order-service.ts@8/14',
    'tests/orders.test.ts@3/4',
  ),
  commit('2025-04-23T09:33:00Z', CHI, 'Build images', 'Dockerfile', 'docker/', 'docker-compose.yml'),
  commit('2025-05-06T14:44:00Z', BO, 'Move orders from the back office', 'src/orders/order-service.ts@9/14'),
  commit(
    '2025-05-20T08:20:00Z',
    CHI,
    'Write letters',
    'src/notices/',
    'src/notices/templates.ts@1/2',
    'src/orders/order-events.ts',
    'tests/notices.test.ts',
  ),
  commit('2025-06-05T17:01:00Z', BO, 'Pay money back', 'src/payments/refunds.ts'),
  commit('2025-06-17T10:10:00Z', ADA, 'Sum orders up for the log', 'src/orders/order-service.ts@10/14'),
  commit('2025-07-02T11:26:00Z', CHI, 'Report sales and stock', 'src/reports/'),
  commit(
    '2025-07-21T09:48:00Z',
    BO,
    'Tell whether an order is open',
    'src/orders/order-service.ts@11/14',
    'tests/orders.test.ts',
  ),
  commit(
    '2025-08-13T13:13:00Z',
    CHI,
    'Check pull requests',
    '.github/workflows/ci.yml',
    '.github/workflows/labels.yml',
  ),
  commit('2025-08-28T15:39:00Z', ADA, 'Show the share of each line', 'src/orders/order-service.ts@12/14'),
  commit('2025-09-16T08:31:00Z', BO, 'Keep carts and vouchers', 'db/'),
  commit('2025-10-07T12:57:00Z', CHI, 'Publish releases and previews', '.github/'),
  commit('2025-10-22T10:02:00Z', ADA, 'List what is on its way', 'src/orders/order-service.ts@13/14'),
  commit('2025-11-11T09:17:00Z', BO, 'Import and pack data', 'scripts/', 'data/'),
  commit('2025-11-26T16:35:00Z', CHI, 'Write the guide', 'docs/', 'README.md', 'CHANGELOG.md'),
  commit('2026-01-14T11:11:00Z', ADA, 'Show orders by status', 'src/orders/order-service.ts'),
  commit(
    '2026-01-29T14:29:00Z',
    CHI,
    'Escape what customers typed',
    'src/notices/templates.ts',
    'src/http/server.ts',
  ),
  commit('2026-02-12T09:50:00Z', BO, 'Remind of carts at night', 'src/jobs/', 'src/main.ts'),
  commit('2026-03-05T10:45:00Z', ADA, 'Test the server as a whole', 'tests/', '.env.staging', '.env.example'),
];
