/** A promise that others settle. */
export interface Gate {
  readonly passed: Promise<void>;
  open(): void;
  fail(reason: unknown): void;
}

/** A closed gate. It may fail without anybody waiting at it, which is no unhandled rejection. */
export function createGate(): Gate {
  let open = (): void => undefined;
  let fail: (reason: unknown) => void = () => undefined;
  const passed = new Promise<void>((resolve, reject) => {
    open = resolve;
    fail = reject;
  });
  passed.catch(() => undefined);
  return { passed, open: () => open(), fail: (reason) => fail(reason) };
}
