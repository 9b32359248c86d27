/** Reads a stream to its end, keeping only its beginning, so that memory stays flat whatever a program prints. */
import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';

/** What was read from a stream. */
export interface CapturedOutput {
  /** The first bytes, decoded as UTF-8; bytes that are not become U+FFFD. A cut character at the limit is left out. */
  readonly text: string;
  /** True when more came than was kept. */
  readonly truncated: boolean;
  /** SHA-256 of all that was read, as `sha256:…`. */
  readonly digest: string;
}

/** A reading in progress. */
export interface OutputCapture {
  /** Settles when the stream has ended, failed or been destroyed. */
  readonly ended: Promise<void>;
  /** What has come so far. Call once. */
  finish(): CapturedOutput;
}

/** Starts to read `stream`, keeping at most `maxBytes`. */
export function captureOutput(stream: Readable, maxBytes: number): OutputCapture {
  const kept: Buffer[] = [];
  const hash = createHash('sha256');
  let size = 0;
  let truncated = false;
  stream.on('data', (chunk: Buffer) => {
    hash.update(chunk);
    const room = maxBytes - size;
    if (chunk.length > room) truncated = true;
    if (room <= 0) return;
    kept.push(chunk.length > room ? chunk.subarray(0, room) : chunk);
    size += Math.min(chunk.length, room);
  });
  const ended = new Promise<void>((resolve) => {
    // A broken pipe ends the output as much as its end does.
    stream.once('error', () => resolve());
    stream.once('close', () => resolve());
    stream.once('end', () => resolve());
  });
  return {
    ended,
    finish() {
      const bytes = Buffer.concat(kept, size);
      const text = truncated ? new StringDecoder('utf8').write(bytes) : bytes.toString('utf8');
      return { text, truncated, digest: `sha256:${hash.digest('hex')}` };
    },
  };
}
