/** Other names for the variant's folders, files, identifiers and literals; each name stays what it speaks of. */

/** What things are called in one variant. */
export interface Names {
  /** A path of the sample, also with what a history adds to it. */
  readonly path: (path: string) => string;
  readonly inText: (text: string, path: string) => string;
}

const FOLDERS: Readonly<Record<string, readonly string[]>> = {
  catalogue: ['assortment', 'stock-list'],
  orders: ['purchases', 'sales-desk'],
  payments: ['billing', 'checkout'],
  notices: ['messages', 'mailings'],
  reports: ['figures', 'exports-room'],
  users: ['accounts', 'customers'],
  shared: ['base', 'kit'],
  jobs: ['background', 'timers'],
  http: ['web', 'gateway-http'],
};

const FILES: Readonly<Record<string, readonly string[]>> = {
  'order-service': ['order-desk', 'purchase-flow'],
  'order-store': ['order-records', 'purchase-table'],
  'order-events': ['happenings', 'order-facts'],
  'order-notices': ['order-letters', 'customer-mail'],
  price: ['pricing', 'price-rules'],
  search: ['finder', 'lookup'],
  'payment-gateway': ['card-processor', 'card-client'],
  refunds: ['money-back', 'returns'],
  webhook: ['callback', 'processor-calls'],
  passwords: ['credentials', 'sign-in-secrets'],
  sessions: ['logins', 'session-list'],
  'static-files': ['public-files', 'assets'],
  'export-files': ['downloads', 'partner-files'],
  'report-format': ['table-text', 'csv-text'],
  'report-registry': ['report-index', 'report-names'],
  'sales-report': ['sales-figures', 'turnover'],
  mailer: ['post-office', 'letters'],
  'chat-notice': ['chat-post', 'warehouse-chat'],
  'array-polyfill': ['old-runtimes', 'at-patch'],
  'loyalty-letter': ['bonus-letter', 'points-mail'],
  'loyalty-tiers': ['bonus-steps', 'points-table'],
  scheduler: ['night-shift', 'clockwork'],
  'abandoned-carts': ['left-carts', 'cart-reminder'],
  dates: ['days', 'calendar'],
  'pack-exports': ['bundle-exports', 'make-archive'],
};

const IDENTIFIERS: Readonly<Record<string, readonly string[]>> = {
  placeOrder: ['submitOrder', 'createOrder'],
  cancelOrder: ['withdrawOrder', 'revokeOrder'],
  searchProducts: ['lookUpProducts', 'productsLike'],
  suggestNames: ['completeNames', 'namesFrom'],
  findProduct: ['readProduct', 'productBySku'],
  findProducts: ['readProducts', 'productsBySku'],
  openDatabase: ['connectDatabase', 'prepareDatabase'],
  term: ['needle', 'phrase'],
  listByStatus: ['idsWithStatus', 'ordersWith'],
  discountPercent: ['percentOf', 'evaluateRule'],
  formula: ['expression', 'ruleText'],
  legacyHash: ['oldPasswordHash', 'formerHash'],
  verifyPassword: ['checkPassword', 'isPassword'],
  createToken: ['newSessionToken', 'makeToken'],
  signV1: ['signatureOne', 'firstSignature'],
  readWebhook: ['parseCall', 'acceptCall'],
  serveAsset: ['sendAsset', 'deliverFile'],
  downloadInvoice: ['sendInvoice', 'invoiceFile'],
  invoice: ['wanted', 'document'],
  archive: ['bundle', 'packed'],
  partner: ['recipientName', 'company'],
  packExports: ['bundleExports', 'archiveFor'],
  since: ['from', 'start'],
  SECRET_KEY: ['API_KEY', 'PROCESSOR_SECRET'],
  BOT_TOKEN: ['CHAT_TOKEN', 'ACCESS_TOKEN'],
  sessionSecret: ['cookieSecret', 'signingSecret'],
  toQuarter: ['quarterOf', 'quarterName'],
  ARCHIVED_STATUSES: ['CLOSED_STATUSES', 'DONE_STATUSES'],
  byPrice: ['cheapestFirst', 'comparePrices'],
  refundFor: ['moneyBack', 'refundOf'],
  statusText: ['describeStatus', 'statusLine'],
  sendOrderNotice: ['mailCustomer', 'notifyBuyer'],
  remindOfCarts: ['markOldCarts', 'touchCarts'],
  shopVersion: ['releaseName', 'versionOfShop'],
  salesAsPdf: ['pdfOfSales', 'printSales'],
  describeEvent: ['eventLine', 'sayEvent'],
};

const LITERALS: Readonly<Record<string, readonly string[]>> = {
  tidewater: ['northlight', 'harbourside'],
  Tidewater: ['Northlight', 'Harbourside'],
  'TW-': ['NL-', 'HB-'],
  'Mooring rope': ['Mobile rope', 'Moss-green rope'],
  campaigns: ['promotions', 'seasons'],
  cart_events: ['cart_moves', 'basket_log'],
  order_lines: ['order_items', 'purchase_rows'],
  discontinued: ['sold out', 'retired'],
  plenty: ['many', 'a heap'],
  Nora: ['Mia', 'Lotte'],
  'Atlas Canvas': ['Orion Sails', 'Vela Cloth'],
};

export function chooseNames(random: () => number): Names {
  const choose = (table: Readonly<Record<string, readonly string[]>>): Map<string, string> =>
    new Map(
      Object.entries(table).map(([name, others]) => [
        name,
        others[Math.floor(random() * others.length)] ?? name,
      ]),
    );
  const [folders, stems, identifiers, literals] = [FOLDERS, FILES, IDENTIFIERS, LITERALS].map(choose) as [
    Map<string, string>,
    Map<string, string>,
    Map<string, string>,
    Map<string, string>,
  ];
  // `src/orders/order-store.ts`, `../orders/order-store.ts`, `./order-store.ts`, `src/orders/`, `src/orders`.
  const inPaths = (text: string): string =>
    text
      .replace(/(?<=\bsrc\/|\.\.\/|['"]\.\/)([a-z-]+)(?=\/|`)/g, (name) => folders.get(name) ?? name)
      .replace(/(?<=[/'"`])([a-z-]+)(?=\.ts\b)/g, (name) => stems.get(name) ?? name);
  const words = new RegExp(`(?<![\\w$-])(?:${[...identifiers.keys()].join('|')})(?![\\w$-])`, 'g');
  const fixed = new RegExp([...literals.keys()].join('|'), 'g');
  return {
    path: (path) => (path === 'scripts/pack-exports.ts' || path.startsWith('src/') ? inPaths(path) : path),
    inText: (text, path) => {
      const changed = inPaths(text).replace(fixed, (name) => literals.get(name) ?? name);
      return path.endsWith('.ts') ? changed.replace(words, (name) => identifiers.get(name) ?? name) : changed;
    },
  };
}
