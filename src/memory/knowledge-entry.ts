/** A knowledge entry: how one is checked, and which of two versions stands. */
import { KnowledgeCategory, type KnowledgeEntry } from '../contracts/memory.ts';
import { checkInteger, checkNumber, checkObject, checkOneOf } from '../shared/check.ts';
import {
  checkLabels,
  checkOptionalText,
  checkShortText,
  checkTime,
  LONGEST_CONTENT,
} from './entry-checks.ts';

/** The categories there are. */
export const KNOWLEDGE_CATEGORIES = Object.values(KnowledgeCategory);

const LONGEST_TITLE = 500;

/** Checks an entry that comes from outside, member by member; a frozen copy. Unknown members are left out. */
export function parseKnowledgeEntry(name: string, value: unknown): KnowledgeEntry {
  const entry = checkObject(name, value);
  return Object.freeze({
    id: checkShortText(`${name}.id`, entry['id'], 200),
    title: checkShortText(`${name}.title`, entry['title'], LONGEST_TITLE),
    content: checkShortText(`${name}.content`, entry['content'], LONGEST_CONTENT),
    category: checkOneOf(`${name}.category`, entry['category'], KNOWLEDGE_CATEGORIES),
    tags: checkLabels(`${name}.tags`, entry['tags'] ?? []),
    source: checkOptionalText(`${name}.source`, entry['source']),
    author: checkOptionalText(`${name}.author`, entry['author']),
    references: checkLabels(`${name}.references`, entry['references'] ?? []),
    confidence: checkNumber(`${name}.confidence`, entry['confidence'] ?? 1, 0, 1),
    viewCount: checkInteger(`${name}.viewCount`, entry['viewCount'] ?? 0),
    createdAt: checkTime(`${name}.createdAt`, entry['createdAt']),
    updatedAt: checkTime(`${name}.updatedAt`, entry['updatedAt'] ?? entry['createdAt']),
  });
}

/** The one updated last stands; views are not counted down. */
export function mergeKnowledgeEntries(local: KnowledgeEntry, remote: KnowledgeEntry): KnowledgeEntry {
  const newest = local.updatedAt >= remote.updatedAt ? local : remote;
  return Object.freeze({ ...newest, viewCount: Math.max(local.viewCount, remote.viewCount) });
}

/** What of an entry is searched. */
export function knowledgeTexts(
  entry: KnowledgeEntry,
): Record<'title' | 'tags' | 'content' | 'references', string> {
  return {
    title: entry.title,
    tags: entry.tags.join(' '),
    content: entry.content,
    references: entry.references.join(' '),
  };
}
