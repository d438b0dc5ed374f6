/** What a part of the process says of itself. */
export interface HealthState {
  /** False: the process cannot do its work. */
  readonly isReady: boolean;
  /** False: only a restart helps. Default true. */
  readonly isAlive?: boolean;
  /** Why, in a few words, without secrets. */
  readonly reason: string;
}

/** The health of a process, part by part. */
export interface Health {
  /** Says how a part is. */
  set(part: string, state: HealthState): void;
  /** Forgets a part. */
  remove(part: string): void;
  /** Whether no part needs a restart, with one line for each. */
  alive(): HealthReport;
  /** Whether every part is ready, with one line for each. */
  ready(): HealthReport;
}

/** The answer to a question about health. */
export interface HealthReport {
  readonly ok: boolean;
  /** `[+] part: reason` or `[-] part: reason`, a line each. */
  readonly text: string;
}

/** Nothing said yet: alive and ready. */
export function createHealth(): Health {
  const parts = new Map<string, HealthState>();

  function report(isGood: (state: HealthState) => boolean): HealthReport {
    const states = [...parts];
    const ok = states.every(([, state]) => isGood(state));
    const lines = states.map(([part, state]) => `[${isGood(state) ? '+' : '-'}] ${part}: ${state.reason}`);
    return { ok, text: [...lines, ok ? 'ok' : 'not ok', ''].join('\n') };
  }

  return {
    set: (part, state) => void parts.set(part, state),
    remove: (part) => void parts.delete(part),
    alive: () => report(({ isAlive = true }) => isAlive),
    ready: () => report(({ isReady, isAlive = true }) => isReady && isAlive),
  };
}
