/** Bad input for memories, knowledge bases and the memory backend. */
import { KnowledgeBase, KnowledgeCategory, MemoryBackend, MemoryStore } from 'autogen-orchestrator';
import { type BadCall, bad, butNull, NOT } from './bad-call.ts';

const memory = (): MemoryStore => new MemoryStore({ owner: 'Test' });
const base = (): KnowledgeBase => new KnowledgeBase();
const backend = (): MemoryBackend => new MemoryBackend();
const { TECHNICAL } = KnowledgeCategory;
const state = () => new MemoryBackend().store.state('default');
const PLACE = { queue: 'work', tenant: 'default' };
const NOT_SCHEMA = [...NOT.object, {}, { schemaVersion: 1 }, { schemaVersion: 1, entries: [{}] }];

const storeOption = (argument: string, values: readonly unknown[]): BadCall =>
  bad('MemoryStore.store', argument, values, (value) => memory().store('text', { [argument]: value }));
const addOption = (argument: string, values: readonly unknown[]): BadCall =>
  bad('KnowledgeBase.add', argument, values, (value) =>
    base().add('title', 'text', TECHNICAL, { [argument]: value }),
  );
const submitOption = (argument: string, values: readonly unknown[]): BadCall =>
  bad('MemoryBackend.submit', argument, values, (value) =>
    backend().submit('double', 1, { ...PLACE, [argument]: value }),
  );
const queueOption = (argument: string, values: readonly unknown[]): BadCall =>
  bad('MemoryBackend.setQueue', argument, values, (value) =>
    backend().setQueue('work', { [argument]: value }),
  );

export const STORE_CALLS: readonly BadCall[] = [
  bad(
    'KnowledgeBase',
    'embedder',
    butNull([7, 'model', {}]),
    (value) => new KnowledgeBase({ embedder: value }),
  ),
  bad('KnowledgeBase.searchSemantic', 'query', NOT.object, (value) => base().searchSemantic(value)),
  bad('KnowledgeBase.searchSemantic', 'embedder', [undefined], () => base().searchSemantic({ query: 'tea' })),
  bad('KnowledgeBase.ingest', 'source', [undefined, null, 7, '', {}, '/no/such/place'], (value) =>
    base().ingest(value),
  ),
  bad('KnowledgeBase.ingest', 'options.documentTimeoutMs', [null, 0, -1, 1.5, '5'], (value) =>
    base().ingest({ path: 'a', text: 'b' }, { documentTimeoutMs: value }),
  ),
  bad('KnowledgeBase.ingest', 'options', NOT.optionalObject, (value) =>
    base().ingest({ path: 'a', text: 'b' }, value),
  ),
  bad('MemoryStore', 'options', NOT.object, (value) => new MemoryStore(value)),
  bad('MemoryStore', 'owner', NOT.text, (value) => new MemoryStore({ owner: value })),
  bad(
    'MemoryStore',
    'maxShortTerm',
    ['3', 0, -1, 1.5],
    (value) => new MemoryStore({ owner: 'a', maxShortTerm: value }),
  ),
  bad(
    'MemoryStore',
    'maxLongTerm',
    ['3', 0, -1, 1.5],
    (value) => new MemoryStore({ owner: 'a', maxLongTerm: value }),
  ),
  bad(
    'MemoryStore',
    'shortTermTtlHours',
    ['3', -1, Number.NaN],
    (value) => new MemoryStore({ owner: 'a', shortTermTtlHours: value }),
  ),
  bad('MemoryStore', 'clock', butNull(NOT.clock), (value) => new MemoryStore({ owner: 'a', clock: value })),
  bad(
    'MemoryStore',
    'ids',
    butNull(NOT.optionalFunction),
    (value) => new MemoryStore({ owner: 'a', ids: value }),
  ),
  bad('MemoryStore.open', 'state', [undefined, null, 'text', {}], (value) =>
    MemoryStore.open(value, { owner: 'a' }),
  ),
  bad('MemoryStore.open', 'options', NOT.object, (value) => MemoryStore.open(state(), value)),
  bad('MemoryStore.open', 'writeDelayMs', ['3', -1, 1.5], (value) =>
    MemoryStore.open(state(), { owner: 'a', writeDelayMs: value }),
  ),
  bad('MemoryStore.open', 'signal', NOT.signal, (value) =>
    MemoryStore.open(state(), { owner: 'a', signal: value }),
  ),
  bad('MemoryStore.store', 'content', [...NOT.text, 'x'.repeat(100_001)], (value) => memory().store(value)),
  bad('MemoryStore.store', 'options', NOT.optionalObject, (value) => memory().store('text', value)),
  storeOption('memoryType', ['nonsense', 7, {}]),
  storeOption('tags', ['text', 7, {}, [7], ['']]),
  storeOption('source', [7, '', {}]),
  storeOption('context', ['text', 7, [], { big: 1n }]),
  storeOption('importance', ['1', -0.1, 1.1, Number.NaN]),
  bad('MemoryStore.retrieve', 'id', NOT.string, (value) => memory().retrieve(value)),
  bad('MemoryStore.search', 'query', NOT.object, (value) => memory().search(value)),
  bad('MemoryStore.search', 'query.query', [null, 7, {}], (value) => memory().search({ query: value })),
  bad('MemoryStore.search', 'query.tags', NOT.texts, (value) => memory().search({ tags: value })),
  bad('MemoryStore.search', 'query.memoryType', NOT.word, (value) => memory().search({ memoryType: value })),
  bad('MemoryStore.search', 'query.minImportance', NOT.share, (value) =>
    memory().search({ minImportance: value }),
  ),
  bad('MemoryStore.search', 'query.limit', NOT.count, (value) => memory().search({ limit: value })),
  bad('MemoryStore.forget', 'id', NOT.string, (value) => memory().forget(value)),
  bad('MemoryStore.promoteToLongTerm', 'id', NOT.string, (value) => memory().promoteToLongTerm(value)),
  bad('MemoryStore.consolidate', 'options', NOT.optionalObject, (value) => memory().consolidate(value)),
  bad('MemoryStore.consolidate', 'minImportance', NOT.share, (value) =>
    memory().consolidate({ minImportance: value }),
  ),
  bad('MemoryStore.consolidate', 'minAccessCount', NOT.count, (value) =>
    memory().consolidate({ minAccessCount: value }),
  ),
  bad('MemoryStore.getRecent', 'limit', NOT.count, (value) => memory().getRecent(value)),
  bad('MemoryStore.getImportant', 'limit', NOT.count, (value) => memory().getImportant(value)),
  bad('MemoryStore.getImportant', 'minImportance', NOT.share, (value) => memory().getImportant(3, value)),
  bad('MemoryStore.clear', 'memoryType', NOT.word, (value) => memory().clear(value)),
  bad('MemoryStore.import', 'data', NOT_SCHEMA, (value) => memory().import(value)),
  bad(
    'MemoryStore.import',
    'schemaVersion',
    [2],
    (schemaVersion) => memory().import({ schemaVersion, entries: [] }),
    'schema-mismatch',
  ),
  bad('MemoryStore.flush', 'options', NOT.optionalObject, (value) => memory().flush(value)),
  bad('MemoryStore.flush', 'signal', NOT.signal, (value) => memory().flush({ signal: value })),

  bad('KnowledgeBase', 'options', NOT.optionalObject, (value) => new KnowledgeBase(value)),
  bad('KnowledgeBase', 'maxEntries', NOT.positive, (value) => new KnowledgeBase({ maxEntries: value })),
  bad('KnowledgeBase', 'clock', butNull(NOT.clock), (value) => new KnowledgeBase({ clock: value })),
  bad('KnowledgeBase', 'ids', butNull(NOT.optionalFunction), (value) => new KnowledgeBase({ ids: value })),
  bad('KnowledgeBase.createWithDefaults', 'options', NOT.optionalObject, (value) =>
    KnowledgeBase.createWithDefaults(value),
  ),
  bad('KnowledgeBase.open', 'state', [undefined, null, 'text', {}], (value) =>
    KnowledgeBase.open(value, { owner: 'a' }),
  ),
  bad('KnowledgeBase.open', 'options', NOT.object, (value) => KnowledgeBase.open(state(), value)),
  bad('KnowledgeBase.open', 'owner', NOT.text, (value) => KnowledgeBase.open(state(), { owner: value })),
  bad('KnowledgeBase.open', 'signal', NOT.signal, (value) =>
    KnowledgeBase.open(state(), { owner: 'a', signal: value }),
  ),
  bad('KnowledgeBase.add', 'title', NOT.text, (value) => base().add(value, 'text', TECHNICAL)),
  bad('KnowledgeBase.add', 'content', NOT.text, (value) => base().add('title', value, TECHNICAL)),
  bad('KnowledgeBase.add', 'category', [undefined, ...NOT.word], (value) =>
    base().add('title', 'text', value),
  ),
  bad('KnowledgeBase.add', 'options', NOT.optionalObject, (value) =>
    base().add('title', 'text', TECHNICAL, value),
  ),
  addOption('tags', ['text', 7, {}, [7], ['']]),
  addOption('source', [7, '', {}]),
  addOption('author', [7, '', {}]),
  addOption('references', ['text', 7, {}, [7], ['']]),
  addOption('confidence', ['1', -0.1, 1.1, Number.NaN]),
  bad('KnowledgeBase.get', 'id', NOT.string, (value) => base().get(value)),
  bad('KnowledgeBase.search', 'query', NOT.object, (value) => base().search(value)),
  bad('KnowledgeBase.search', 'query.query', [null, 7, {}], (value) => base().search({ query: value })),
  bad('KnowledgeBase.search', 'query.category', NOT.word, (value) => base().search({ category: value })),
  bad('KnowledgeBase.search', 'query.tags', NOT.texts, (value) => base().search({ tags: value })),
  bad('KnowledgeBase.search', 'query.minConfidence', NOT.share, (value) =>
    base().search({ minConfidence: value }),
  ),
  bad('KnowledgeBase.search', 'query.limit', NOT.count, (value) => base().search({ limit: value })),
  bad('KnowledgeBase.update', 'id', NOT.string, (value) => base().update(value, { title: 'new' })),
  bad('KnowledgeBase.update', 'changes', [...NOT.object, { titel: 'x' }], (value) =>
    base().update('id', value),
  ),
  bad('KnowledgeBase.delete', 'id', NOT.string, (value) => base().delete(value)),
  bad('KnowledgeBase.addReference', 'id', NOT.string, (value) => base().addReference(value, 'RFC 1')),
  bad('KnowledgeBase.addReference', 'reference', NOT.text, (value) => base().addReference('id', value)),
  bad('KnowledgeBase.getByCategory', 'category', [undefined, ...NOT.word], (value) =>
    base().getByCategory(value),
  ),
  bad('KnowledgeBase.getByTag', 'tag', NOT.text, (value) => base().getByTag(value)),
  bad('KnowledgeBase.getPopular', 'limit', NOT.count, (value) => base().getPopular(value)),
  bad('KnowledgeBase.getRecent', 'limit', NOT.count, (value) => base().getRecent(value)),
  bad('KnowledgeBase.import', 'data', NOT_SCHEMA, (value) => base().import(value)),
  bad('KnowledgeBase.flush', 'options', NOT.optionalObject, (value) => base().flush(value)),
  bad('KnowledgeBase.flush', 'signal', NOT.signal, (value) => base().flush({ signal: value })),

  bad('MemoryBackend', 'options', NOT.optionalObject, (value) => new MemoryBackend(value)),
  bad('MemoryBackend', 'keepFinished', NOT.count, (value) => new MemoryBackend({ keepFinished: value })),
  bad('MemoryBackend', 'cancelGraceMs', NOT.count, (value) => new MemoryBackend({ cancelGraceMs: value })),
  bad('MemoryBackend', 'clock', NOT.clock, (value) => new MemoryBackend({ clock: value })),
  bad('MemoryBackend', 'ids', NOT.optionalFunction, (value) => new MemoryBackend({ ids: value })),
  bad('MemoryBackend.register', 'name', NOT.text, (value) => backend().register(value, async () => null)),
  bad('MemoryBackend.register', 'work', NOT.function, (value) => backend().register('double', value)),
  bad('MemoryBackend.register', 'options', NOT.optionalObject, (value) =>
    backend().register('double', async () => null, value),
  ),
  bad('MemoryBackend.register', 'options.tenant', NOT.optionalText, (value) =>
    backend().register('double', async () => null, { tenant: value }),
  ),
  bad('MemoryBackend.stop', 'options', NOT.optionalObject, (value) => backend().stop(value)),
  bad('MemoryBackend.stop', 'drainMs', [...NOT.number, -1], (value) => backend().stop({ drainMs: value })),
  bad('MemoryBackend.submit', 'name', NOT.text, (value) => backend().submit(value, 1, PLACE)),
  bad(
    'MemoryBackend.submit',
    'unknown name',
    ['nobody'],
    (value) => backend().submit(value, 1, PLACE),
    'not-found',
  ),
  bad(
    'MemoryBackend.submit',
    'input',
    NOT.json.slice(1),
    (value) => {
      const known = backend();
      known.register('double', async () => null);
      return known.submit('double', value, PLACE);
    },
    'invalid-json',
  ),
  bad('MemoryBackend.submit', 'options', NOT.object, (value) => backend().submit('double', 1, value)),
  submitOption('queue', NOT.text),
  submitOption('tenant', NOT.text),
  submitOption('id', NOT.optionalText),
  submitOption('priority', NOT.number),
  submitOption('delayMs', [...NOT.number, -1]),
  submitOption('dependencies', [null, 'text', 7, {}, [7], ['']]),
  submitOption('dedupeKey', NOT.optionalText),
  submitOption('timeoutMs', [...NOT.number, -1]),
  bad('MemoryBackend.signal', 'runId', NOT.text, (value) => backend().signal(value, 'default', 'go', null)),
  bad(
    'MemoryBackend.signal',
    'unknown runId',
    ['nobody'],
    (value) => backend().signal(value, 'default', 'go', null),
    'not-found',
  ),
  bad('MemoryBackend.signal', 'tenant', NOT.text, (value) => backend().signal('run', value, 'go', null)),
  bad('MemoryBackend.signal', 'name', NOT.text, (value) => backend().signal('run', 'default', value, null)),
  bad('MemoryBackend.signal', 'dedupeKey', NOT.optionalText, (value) =>
    backend().signal('run', 'default', 'go', null, value),
  ),
  bad('MemoryBackend.cancel', 'runId', NOT.text, (value) => backend().cancel(value, 'default')),
  bad('MemoryBackend.cancel', 'tenant', NOT.text, (value) => backend().cancel('run', value)),
  bad('MemoryBackend.cancel', 'reason', [null, 7, {}], (value) => backend().cancel('run', 'default', value)),
  bad('MemoryBackend.setQueue', 'queue', NOT.text, (value) => backend().setQueue(value, {})),
  bad('MemoryBackend.setQueue', 'options', [...NOT.object, { perTenants: 3 }], (value) =>
    backend().setQueue('work', value),
  ),
  queueOption('concurrency', [null, '3', 0, -1, 1.5, Number.NaN]),
  queueOption('perTenant', [null, '3', 0, -1, 1.5]),
  queueOption('maxWaiting', [null, '3', 0, -1, 1.5]),
  queueOption('agingSeconds', [null, '3', 0, -1]),
  queueOption('rate', [null, 3, {}, { limit: 0, perSeconds: 1 }, { limit: 1, perSeconds: 0 }]),
  queueOption('perTenantRate', [null, 3, {}, { limit: 1 }, { limit: 1, perSeconds: '1' }]),
  queueOption('tenants', [null, 3, [], { '': {} }, { north: null }, { north: { weight: 0 } }]),
];
