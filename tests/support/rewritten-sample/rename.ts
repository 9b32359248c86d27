/** Gives the words of the sample's trade other names, in paths, code, tables, documents and anchors alike. */

const NAMES: Readonly<Record<string, readonly string[]>> = {
  order: ['purchase', 'booking', 'commission'],
  product: ['article', 'ware', 'offering'],
  catalogue: ['inventory', 'assortment', 'showroom'],
  payment: ['settlement', 'billing', 'remittance'],
  refund: ['payback', 'reimbursement'],
  notice: ['bulletin', 'mailing'],
  report: ['overview', 'briefing'],
  voucher: ['coupon', 'giftcard'],
  cart: ['basket', 'trolley'],
  tidewater: ['seabright', 'northquay', 'saltmarsh'],
  shop: ['outlet', 'market', 'kiosk'],
  gateway: ['acquirer', 'terminal'],
  session: ['login', 'visit'],
  supplier: ['vendor', 'maker'],
  customer: ['client', 'buyer'],
  loyalty: ['bonus', 'rewards'],
  warehouse: ['depot', 'storehouse'],
  archive: ['bundle', 'parcel'],
  price: ['fee', 'tariff'],
  stock: ['supply', 'holding'],
  quantity: ['volume', 'amount'],
  scheduler: ['planner', 'timetable'],
  cents: ['pennies', 'groats'],
  database: ['storage', 'ledger'],
  discount: ['rebate', 'markdown'],
  invoice: ['bill', 'receipt'],
  picture: ['image', 'photo'],
  campaign: ['promotion', 'season'],
};

/** Beginnings of words that only look like a name. */
const NOT_AFTER: Readonly<Record<string, string>> = { order: 'ed|ing', product: 'ion', database: 'Sync' };

/** Folders that change their names; the path as it begins, with its slash. */
const FOLDERS: readonly (readonly [pattern: RegExp, names: readonly string[]])[] = [
  [/(?<=\/)shared(?=\/)/g, ['common', 'kit']],
  [/(?<=(?:src|\.|\.\.)\/)http(?=[/`])/g, ['web', 'edge']],
  [/(?<![\w/-])data(?=\/)/g, ['datasets', 'records']],
  [/\bscripts(?=\/)/g, ['tools', 'scripts']],
  [/(?<![\w/-])tests(?=\/)/g, ['test', 'tests']],
  [/\bTW(?=-\d)/g, ['SB', 'NQ', 'KX']],
];

/** A function that renames the same way wherever it is used. */
export function createRename(pick: <T>(items: readonly T[]) => T): (text: string) => string {
  const steps: (readonly [RegExp, string])[] = [];
  for (const [word, names] of Object.entries(NAMES)) {
    const name = pick(names);
    const not = NOT_AFTER[word] === undefined ? '' : `(?!${NOT_AFTER[word]})`;
    steps.push([new RegExp(`${word}${not}`, 'g'), name]);
    steps.push([new RegExp(`${capital(word)}${not}`, 'g'), capital(name)]);
    // The keyword of SQL stands alone.
    steps.push([new RegExp(`${word.toUpperCase()}(?! BY)`, 'g'), name.toUpperCase()]);
  }
  for (const [pattern, names] of FOLDERS) steps.push([pattern, pick(names)]);
  return (text) => steps.reduce((done, [pattern, name]) => done.replace(pattern, () => name), text);
}

function capital(word: string): string {
  return word.slice(0, 1).toUpperCase() + word.slice(1);
}
