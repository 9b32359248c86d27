// Memory and knowledge: ranked search, what fades and what stays, and how it goes to JSON and back.
import { KnowledgeBase, KnowledgeCategory, MemoryStore } from 'autogen-orchestrator';

const memory = new MemoryStore({ owner: 'DevAgent', maxShortTerm: 2 });
memory.store('The office plant wants water.', { importance: 0.1 });
const build = memory.store('The build needs Node 24.', { tags: ['build'], importance: 0.9 });
memory.store('The deploy runs on Fridays.', { tags: ['deploy'], importance: 0.6 });
console.log(memory.search({}).map(({ content }) => content));

console.log(memory.search({ query: 'which node for building' })[0]?.id === build);
console.log('promoted', memory.consolidate({ minImportance: 0.7 }).promoted.length);
const { shortTerm, longTerm } = memory.getStats();
console.log({ shortTerm, longTerm });

const copy = new MemoryStore({ owner: 'QAAgent' });
console.log('taken over', copy.import(JSON.parse(JSON.stringify(memory.export()))));

const knowledge = KnowledgeBase.createWithDefaults();
knowledge.add('Our branches', 'A branch lives two days at most.', KnowledgeCategory.CONVENTION, {
  tags: ['git'],
  references: ['CONTRIBUTING.md'],
});
const [best] = knowledge.search({ query: 'how long may a branch live' });
console.log(`${best?.title}: ${best?.content} (${best?.references.join()})`);

// Prints:
// [ 'The build needs Node 24.', 'The deploy runs on Fridays.' ]
// true
// promoted 1
// { shortTerm: 1, longTerm: 1 }
// taken over 2
// Our branches: A branch lives two days at most. (CONTRIBUTING.md)
