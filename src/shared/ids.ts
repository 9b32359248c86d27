/** Where identifiers come from: random by default, seeded in tests. */
import { randomUUID } from 'node:crypto';

/** Makes a new identifier that starts with `prefix` and a hyphen. */
export type IdSource = (prefix: string) => string;

/** 122 random bits behind the prefix: `task-4f0c…`. Version 4 UUIDs, since Node makes those many at a time. */
export const randomIds: IdSource = (prefix) => `${prefix}-${randomUUID().replaceAll('-', '')}`;
