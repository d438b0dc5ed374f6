import type { ExitStatus, StreamSession, TerminalSize } from '@interlink/spec';

/** The caller's end of a session in memory. */
export interface RecordedStreams extends StreamSession {
  readonly text: { stdout: string; stderr: string };
}

/** Streams that keep what comes as text; `stdin` and `resize` as given. */
export function recordStreams(input: Pick<StreamSession, 'stdin' | 'resize'> = {}): RecordedStreams {
  const text = { stdout: '', stderr: '' };
  const add = (name: 'stdout' | 'stderr') => (chunk: Uint8Array) => {
    text[name] += Buffer.from(chunk).toString('latin1');
    return Promise.resolve();
  };
  return { ...input, text, stdout: add('stdout'), stderr: add('stderr') };
}

/** One chunk for each text. */
export async function* chunksOf(...texts: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield await Promise.resolve(Buffer.from(text, 'latin1'));
}

/** Never says anything and never ends by itself. */
export function endless(): AsyncIterable<never> {
  return { [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => undefined) }) };
}

/** Sends back what comes in, then says on the error stream how it was, and ends with 3. */
export async function echo(_: unknown, { stdin, stdout, stderr }: StreamSession): Promise<ExitStatus> {
  for await (const chunk of stdin ?? []) await stdout(chunk);
  await stderr(Buffer.from(stdin === undefined ? 'no input' : 'end of input'));
  return { exitCode: 3 };
}

/** Collects the sizes of a terminal until there are as many. */
export async function takeSizes(
  resize: AsyncIterable<TerminalSize> | undefined,
  count: number,
): Promise<TerminalSize[]> {
  const sizes: TerminalSize[] = [];
  for await (const size of resize ?? []) {
    sizes.push(size);
    if (sizes.length === count) break;
  }
  return sizes;
}
