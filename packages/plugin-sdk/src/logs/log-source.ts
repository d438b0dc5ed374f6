/** From which offset on the bytes of a log were written at which time. */
export interface TimelineEntry {
  /** First byte that the entry covers; it reaches to the next entry's offset. */
  readonly offset: number;
  /** Milliseconds since 1970, with fractions. */
  readonly time: number;
}

/** One container's log: an append-only run of bytes, with the times at which they came. */
export interface LogSource {
  /** Bytes there are now. 0 while there is no log yet. */
  size(): Promise<number>;
  /** The bytes from `from` up to, not including, `to`. May end early when there are fewer. Each chunk is the caller's to keep. */
  read(from: number, to: number): AsyncIterable<Uint8Array>;
  /** Takes back the memory of a chunk of {@link LogSource.read} that nobody looks at any more. Optional, for the source and for its readers. */
  release?(chunk: Uint8Array): void;
  /** Entries by rising offset. Bytes before the first entry count as written at its time. */
  timeline(): Promise<readonly TimelineEntry[]>;
  /** Whether nothing will be appended any more. Once true, it stays true. */
  ended(): Promise<boolean>;
  /**
   * Resolves when there may be more than at the last {@link LogSource.size}, or the log may have ended; at once if that is so
   * already. May resolve without cause. Rejects with the signal's reason.
   */
  changed(signal: AbortSignal): Promise<void>;
}
