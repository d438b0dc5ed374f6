/** What a {@link FlowQueue} does to where its items come from. */
export interface FlowControl<T> {
  /** Bytes of an item. */
  readonly sizeOf: (item: T) => number;
  /** The queue is full: no more for now. Items that come nevertheless are kept. */
  readonly pause: () => void;
  /** There is room again, or nobody reads any more. */
  readonly resume: () => void;
}

/** Items that are pushed on one side and pulled on the other, once and in order. */
export interface FlowQueue<T> extends AsyncIterableIterator<T> {
  /** Adds an item; after the end it is dropped. */
  push(item: T): void;
  /** The reader gets what is queued, then the end. */
  end(): void;
  /** The reader gets the error next: what is queued is not all there is. */
  fail(error: unknown): void;
  /** The reader has enough; what is queued or comes is dropped. */
  return(): Promise<IteratorResult<T, undefined>>;
}

const fullBytes = 1024 * 1024;
const roomBytes = 256 * 1024;

interface Reader<T> {
  resolve(result: IteratorResult<T, undefined>): void;
  reject(error: unknown): void;
}

/** Says what is new only. */
function createValve({ pause, resume }: Pick<FlowControl<unknown>, 'pause' | 'resume'>): (paused: boolean) => void {
  let last = false;
  return (paused) => {
    if (paused === last) return;
    last = paused;
    if (paused) pause();
    else resume();
  };
}

/** An empty {@link FlowQueue}, full with 1 MiB. */
export function createFlowQueue<T>(flow: FlowControl<T>): FlowQueue<T> {
  const items: T[] = [];
  const setPaused = createValve(flow);
  let readers: Reader<T>[] = [];
  let bytes = 0;
  let over: { readonly error?: unknown } | undefined;

  const discard = (): void => {
    items.length = 0;
    bytes = 0;
    setPaused(false);
  };
  const finish = (how: { readonly error?: unknown }): void => {
    if (over !== undefined) return;
    over = how;
    const waiting = readers;
    readers = [];
    for (const reader of waiting) answer(reader);
  };

  function answer(reader: Reader<T>): void {
    const item = items.shift();
    if (item !== undefined) {
      bytes -= flow.sizeOf(item);
      if (bytes <= roomBytes) setPaused(false);
      reader.resolve({ done: false, value: item });
    } else if (over === undefined) readers.push(reader);
    else if ('error' in over) reader.reject(over.error);
    else reader.resolve({ done: true, value: undefined });
  }

  const queue: FlowQueue<T> = {
    push(item) {
      if (over !== undefined) return;
      const reader = readers.shift();
      if (reader !== undefined) {
        reader.resolve({ done: false, value: item });
        return;
      }
      items.push(item);
      bytes += flow.sizeOf(item);
      if (bytes >= fullBytes) setPaused(true);
    },
    end: () => finish({}),
    fail(error) {
      if (over !== undefined) return;
      discard();
      finish({ error });
    },
    next: () => new Promise((resolve, reject) => answer({ resolve, reject })),
    return() {
      discard();
      finish({});
      return Promise.resolve({ done: true, value: undefined });
    },
    [Symbol.asyncIterator]: () => queue,
  };
  return queue;
}
