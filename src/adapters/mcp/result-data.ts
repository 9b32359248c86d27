/** What a tool of a server gave, as bounded data: text stays, pictures and the like become a line that names them. */
import { boundText } from '../../shared/bound-text.ts';
import { digestOf, isPlainObject, type JsonValue, toJsonValue } from '../../shared/json.ts';

/** The data of an operation. */
export interface MCPData {
  readonly text: string;
  /** What the server gave as JSON; null where it gave none, or too much. */
  readonly structured: JsonValue;
  readonly isCut: boolean;
}

export function resultData(result: unknown, most: number): MCPData {
  const { content, structuredContent } = isPlainObject(result) ? result : {};
  const parts = Array.isArray(content) ? content.map(textOf) : [];
  const whole = parts.join('\n');
  const { text, isCut } = boundText(whole, most);
  const json = structuredContent === undefined ? null : toJsonValue(structuredContent);
  const fits = JSON.stringify(json).length <= most;
  return {
    text: text === '' && fits && json !== null ? JSON.stringify(json) : text,
    structured: fits ? json : null,
    isCut: isCut || !fits,
  };
}

function textOf(part: unknown): string {
  if (!isPlainObject(part)) return '';
  const { type, text, data, mimeType, uri, resource } = part;
  if (type === 'text' && typeof text === 'string') return text;
  if (type === 'resource' && isPlainObject(resource)) {
    const { uri: place, text: inner } = resource;
    return typeof inner === 'string' ? `[${String(place)}]\n${inner}` : `[${String(place)}, not text]`;
  }
  if (type === 'resource_link') return `[${String(uri)}]`;
  if (typeof data === 'string')
    return `[${String(type)} ${String(mimeType)}, ${Math.floor((data.length * 3) / 4)} bytes, ${digestOf(data)}]`;
  return `[${String(type).slice(0, 50)}]`;
}
