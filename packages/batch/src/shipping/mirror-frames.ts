import { BackendError } from '@interlink/spec';

/** What `mirror.sh` says of a job; its head explains them. */
export type MirrorFrame =
  | { readonly kind: 'file'; readonly path: string; readonly content: Uint8Array }
  | { readonly kind: 'append'; readonly path: string; readonly offset: number; readonly content: Uint8Array }
  | { readonly kind: 'taken' }
  | { readonly kind: 'end' };

/** First line of what `mirror.sh` writes: a site's own programs may have written before it. */
export const mirrorGreeting = 'interlink-mirror 1';

const longestLine = 4096;
const longestContent = 8 * 1024 * 1024;
// A login script that talks is no reason to give up; one that never ends is.
const longestNoise = 1024 * 1024;

/** The frames in what a mirror writes. Ends with the stream; what is cut off is not given. Throws `BackendError` where it is none of ours. */
export async function* readFrames(stream: AsyncIterable<Uint8Array>): AsyncGenerator<MirrorFrame, void, undefined> {
  const input = createInput(stream);
  let noise = 0;
  for (;;) {
    const line = await input.line(longestNoise);
    if (line === undefined) return;
    if (line === mirrorGreeting) break;
    noise += line.length;
    if (noise > longestNoise) throw new BackendError('the mirror of the job does not greet');
  }
  for (;;) {
    const line = await input.line(longestLine);
    if (line === undefined) return;
    const header = parseHeader(line);
    if (header.of === 'word') {
      yield { kind: header.kind };
      continue;
    }
    const { kind, path, offset, length } = header;
    const content = await input.take(length);
    if (content === undefined) return;
    yield kind === 'file' ? { kind, path, content } : { kind, path, offset, content };
  }
}

type Header =
  | { readonly of: 'word'; readonly kind: 'taken' | 'end' }
  | {
      readonly of: 'content';
      readonly kind: 'file' | 'append';
      readonly path: string;
      readonly offset: number;
      readonly length: number;
    };

function parseHeader(line: string): Header {
  if (line === 'taken' || line === 'end') return { of: 'word', kind: line };
  const [, path, length] = /^file (\S+) (\d+)$/.exec(line) ?? [];
  if (path !== undefined) return { of: 'content', kind: 'file', path, offset: 0, length: checkedLength(length) };
  const [, log, offset, more] = /^append (\S+) (\d+) (\d+)$/.exec(line) ?? [];
  if (log === undefined) throw new BackendError('the mirror of the job says what is not understood');
  return { of: 'content', kind: 'append', path: log, offset: Number(offset), length: checkedLength(more) };
}

function checkedLength(text: string | undefined): number {
  const length = Number(text);
  if (length <= longestContent) return length;
  throw new BackendError('the mirror of the job says too much at once');
}

interface FrameInput {
  /** The next line without its end; undefined at the end of the stream. */
  line(longest: number): Promise<string | undefined>;
  take(length: number): Promise<Uint8Array | undefined>;
}

function createInput(stream: AsyncIterable<Uint8Array>): FrameInput {
  const iterator = stream[Symbol.asyncIterator]();
  let buffered: Buffer = Buffer.alloc(0);
  const more = async (): Promise<boolean> => {
    const next = await iterator.next();
    if (next.done === true) return false;
    buffered = Buffer.concat([buffered, next.value]);
    return true;
  };
  const cut = (length: number): Buffer => {
    const part = buffered.subarray(0, length);
    buffered = buffered.subarray(length);
    return part;
  };
  return {
    async line(longest) {
      for (let searched = 0; ;) {
        const end = buffered.indexOf('\n', searched);
        if (end !== -1) return cut(end + 1).toString('latin1', 0, end);
        searched = buffered.length;
        if (searched > longest) throw new BackendError('the mirror of the job says a line that does not end');
        if (!(await more())) return undefined;
      }
    },
    async take(length) {
      const chunks: Uint8Array[] = [];
      let missing = length;
      for (;;) {
        const part = cut(Math.min(missing, buffered.length));
        chunks.push(part);
        missing -= part.length;
        if (missing === 0) return Buffer.concat(chunks);
        if (!(await more())) return undefined;
      }
    },
  };
}
