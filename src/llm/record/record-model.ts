/** A model whose calls are written down, so that they can be played again without it. */
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { CreateOptions, CreateResult, ModelClient, ModelMessage } from '../../contracts/model.ts';
import { createRedactor } from '../../security/redact.ts';
import { checkKeys, checkMethods, checkText, checkTextArray } from '../../shared/check.ts';
import { errorToJson, OrchestratorError, toError } from '../../shared/errors.ts';
import { type RecordedCall, type Recording, recordedRequest } from './recording.ts';

/** Options of {@link recordModel}. */
export interface RecordOptions {
  /** The file, which is written anew after each call, as a whole or not at all. Its folder is made. */
  readonly path: string;
  /** Secrets to take out besides those that are known by their shape. @default [] */
  readonly secrets?: readonly string[];
}

/** Records every call; those that fail too, but no abort. A call resolves after it was written; `not-allowed` if it can't be. */
export function recordModel(model: ModelClient, options: RecordOptions): ModelClient {
  checkMethods('model', model, ['create', 'createStream', 'countTokens'], 'a model client');
  checkKeys('options', options, ['path', 'secrets']);
  const path = checkText('path', options.path);
  const redactor = createRedactor({ values: checkTextArray('secrets', options.secrets ?? []) });
  // In the order in which they began, so that a recording of parallel calls is the same each time.
  const calls: (RecordedCall | undefined)[] = [];
  let writing = Promise.resolve();

  const write = (): Promise<void> => {
    writing = writing
      .catch(() => undefined)
      .then(async () => {
        const recording: Recording = { schemaVersion: 1, calls: calls.filter((call) => call !== undefined) };
        const part = `${path}.part`;
        try {
          await mkdir(dirname(path), { recursive: true });
          await writeFile(part, `${JSON.stringify(recording, null, 2)}\n`);
          await rename(part, path);
        } catch (error) {
          await rm(part, { force: true }).catch(() => undefined);
          throw notWritten(path, error);
        }
      });
    return writing;
  };

  async function* record(
    messages: readonly ModelMessage[],
    request: CreateOptions,
    ask: () => AsyncIterable<string | CreateResult>,
    isStream: boolean,
  ): AsyncGenerator<string | CreateResult> {
    const place = calls.push(undefined) - 1;
    const recorded = recordedRequest(model.info.model, messages, request, redactor);
    const pieces: string[] = [];
    const end = async (outcome: Pick<RecordedCall, 'result' | 'error'>): Promise<void> => {
      const call = { request: recorded, ...outcome, ...(isStream ? { pieces } : {}) };
      calls[place] = redactor.value(call) as RecordedCall;
      await write();
    };
    try {
      for await (const item of ask()) {
        if (typeof item === 'string') pieces.push(item);
        else await end({ result: item });
        yield item;
      }
    } catch (error) {
      if (!request.signal?.aborted && calls[place] === undefined) await end({ error: errorToJson(error) });
      throw error;
    }
  }

  return {
    info: model.info,
    create: async (messages, request = {}) => {
      let result: CreateResult | undefined;
      const asked = record(
        messages,
        request,
        async function* () {
          yield await model.create(messages, request);
        },
        false,
      );
      for await (const item of asked) if (typeof item !== 'string') result = item;
      return result as CreateResult;
    },
    createStream: (messages, request = {}) =>
      record(messages, request, () => model.createStream(messages, request), true),
    countTokens: (messages, request) => model.countTokens(messages, request),
    close: async () => {
      // Whoever made the call was told that it could not be written.
      await writing.catch(() => undefined);
      await model.close();
    },
    ...(model.priceOf === undefined ? {} : { priceOf: (usage) => model.priceOf?.(usage) }),
  };
}

/** Asking the model again would cost, and end in the same way. */
function notWritten(path: string, cause: unknown): OrchestratorError {
  const message = `The recording ${path} can not be written: name a file in a folder that may be (${toError(cause).message}).`;
  return new OrchestratorError('not-allowed', message, { cause, details: { path } });
}
