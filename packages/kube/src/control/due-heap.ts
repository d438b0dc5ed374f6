/** Something that is due at a time. */
export interface Due<T> {
  readonly at: number;
  readonly value: T;
}

/** A heap of things, the earliest first. */
export interface DueHeap<T> {
  push(item: Due<T>): void;
  peek(): Due<T> | undefined;
  pop(): Due<T> | undefined;
}

/** An empty binary heap. */
export function createDueHeap<T>(): DueHeap<T> {
  const items: Due<T>[] = [];
  const timeAt = (index: number): number => items[index]?.at ?? Number.POSITIVE_INFINITY;

  function swap(left: number, right: number): void {
    const [a, b] = [items[left], items[right]];
    if (a === undefined || b === undefined) return;
    items[left] = b;
    items[right] = a;
  }

  function rise(start: number): void {
    let index = start;
    for (let parent = (index - 1) >> 1; index > 0 && timeAt(index) < timeAt(parent); parent = (index - 1) >> 1) {
      swap(index, parent);
      index = parent;
    }
  }

  function sink(): void {
    let index = 0;
    for (;;) {
      const left = 2 * index + 1;
      const smaller = timeAt(left + 1) < timeAt(left) ? left + 1 : left;
      if (timeAt(smaller) >= timeAt(index)) return;
      swap(index, smaller);
      index = smaller;
    }
  }

  return {
    push(item) {
      items.push(item);
      rise(items.length - 1);
    },
    peek: () => items[0],
    pop() {
      const first = items[0];
      const last = items.pop();
      if (items.length > 0 && last !== undefined) {
        items[0] = last;
        sink();
      }
      return first;
    },
  };
}
