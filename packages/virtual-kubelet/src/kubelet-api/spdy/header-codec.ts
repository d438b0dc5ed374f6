import { constants, createDeflate, createInflate, type Deflate, type Inflate } from 'node:zlib';
import { InvalidInputError } from '@interlink/spec';
import { headerDictionary } from './header-dictionary.ts';

/** Names in lower case, as SPDY demands. */
export type SpdyHeaders = ReadonlyMap<string, string>;

/** Compresses and reads the header blocks of one connection: both directions keep their history, so blocks must come in order. */
export interface HeaderCodec {
  /** @throws InvalidInputError for a block that is none, or too large. */
  read(block: Uint8Array): Promise<SpdyHeaders>;
  /** A block without headers. */
  writeNone(): Promise<Buffer>;
  /** Frees the memory of both directions. */
  close(): void;
}

const longestHeadersBytes = 64 * 1024;
const lengthBytes = 4;

/** A {@link HeaderCodec} at the start of a connection. */
export function createHeaderCodec(): HeaderCodec {
  const options = { dictionary: headerDictionary, flush: constants.Z_SYNC_FLUSH };
  const inflate = createInflate(options);
  const deflate = createDeflate(options);
  const inflated = createPipe(inflate);
  const deflated = createPipe(deflate);
  return {
    read: async (block) => parseHeaders(await inflated(block)),
    writeNone: () => deflated(Buffer.alloc(lengthBytes)),
    close() {
      inflate.close();
      deflate.close();
    },
  };
}

/** One block through a stream that never ends: what it gives for it. */
function createPipe(stream: Inflate | Deflate): (block: Uint8Array) => Promise<Buffer> {
  let output: Buffer[] = [];
  let bytes = 0;
  let failed: ((error: Error) => void) | undefined;
  stream.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes <= longestHeadersBytes) output.push(chunk);
  });
  stream.on('error', (error) => failed?.(new InvalidInputError(`SPDY headers: ${error.message}`, { cause: error })));
  return (block) =>
    new Promise((resolve, reject) => {
      failed = reject;
      output = [];
      bytes = 0;
      stream.write(block, () => {
        if (bytes > longestHeadersBytes) reject(new InvalidInputError('SPDY headers: too large'));
        else resolve(Buffer.concat(output));
      });
    });
}

function parseHeaders(block: Buffer): SpdyHeaders {
  let position = 0;
  const readNumber = (): number => {
    if (position + lengthBytes > block.length) throw new InvalidInputError('SPDY headers: cut short');
    position += lengthBytes;
    return block.readUInt32BE(position - lengthBytes);
  };
  const readText = (): string => {
    const end = readNumber() + position;
    if (end > block.length) throw new InvalidInputError('SPDY headers: cut short');
    const text = block.toString('utf8', position, end);
    position = end;
    return text;
  };
  const headers = new Map<string, string>();
  for (let left = readNumber(); left > 0; left -= 1) headers.set(readText().toLowerCase(), readText());
  return headers;
}
