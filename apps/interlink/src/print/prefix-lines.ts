/** Turns chunks into whole lines with a prefix; `end` gives a last line without newline. */
export interface LinePrefixer {
  write(chunk: Uint8Array): void;
  end(): void;
}

const newline = 0x0a;

/** A {@link LinePrefixer}; bytes are passed on as they are. */
export function prefixLines(prefix: string, write: (line: Uint8Array) => void): LinePrefixer {
  const start = Buffer.from(prefix);
  let rest = Buffer.alloc(0);
  return {
    write(chunk) {
      let text = Buffer.concat([rest, chunk]);
      for (let end = text.indexOf(newline); end >= 0; end = text.indexOf(newline)) {
        write(Buffer.concat([start, text.subarray(0, end + 1)]));
        text = text.subarray(end + 1);
      }
      rest = text;
    },
    end() {
      if (rest.length > 0) write(Buffer.concat([start, rest, Buffer.of(newline)]));
      rest = Buffer.alloc(0);
    },
  };
}
