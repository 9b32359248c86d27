/** A memory entry: how one is checked, when it is over, and which of two versions stands. */
import { type MemoryEntry, MemoryType } from '../contracts/memory.ts';
import { checkInteger, checkNumber, checkObject, checkOneOf } from '../shared/check.ts';
import {
  checkContext,
  checkLabels,
  checkOptionalText,
  checkShortText,
  checkTime,
  LONGEST_CONTENT,
} from './entry-checks.ts';

/** The kinds of memory there are. */
export const MEMORY_TYPES = Object.values(MemoryType);

/** Checks an entry that comes from outside, member by member; a frozen copy. Unknown members are left out. */
export function parseMemoryEntry(name: string, value: unknown): MemoryEntry {
  const entry = checkObject(name, value);
  const { expiresAt = null } = entry;
  return Object.freeze({
    id: checkShortText(`${name}.id`, entry['id'], 200),
    content: checkShortText(`${name}.content`, entry['content'], LONGEST_CONTENT),
    memoryType: checkOneOf(`${name}.memoryType`, entry['memoryType'], MEMORY_TYPES),
    tags: checkLabels(`${name}.tags`, entry['tags'] ?? []),
    source: checkOptionalText(`${name}.source`, entry['source']),
    context: checkContext(`${name}.context`, entry['context'] ?? {}),
    importance: checkNumber(`${name}.importance`, entry['importance'], 0, 1),
    accessCount: checkInteger(`${name}.accessCount`, entry['accessCount'] ?? 0),
    createdAt: checkTime(`${name}.createdAt`, entry['createdAt']),
    lastAccessedAt: checkTime(`${name}.lastAccessedAt`, entry['lastAccessedAt'] ?? entry['createdAt']),
    expiresAt: expiresAt === null ? null : checkTime(`${name}.expiresAt`, expiresAt),
  });
}

/** The one used last stands; uses are not counted down. */
export function mergeMemoryEntries(local: MemoryEntry, remote: MemoryEntry): MemoryEntry {
  const newest = local.lastAccessedAt >= remote.lastAccessedAt ? local : remote;
  return Object.freeze({ ...newest, accessCount: Math.max(local.accessCount, remote.accessCount) });
}

/** What of an entry is searched. */
export function memoryTexts(entry: MemoryEntry): Record<'content' | 'tags' | 'source', string> {
  return { content: entry.content, tags: entry.tags.join(' '), source: entry.source ?? '' };
}
