import type { CallOptions, Plugin, StreamSession } from '@interlink/spec';
import type { ChangeSpool } from '../engine/change-spool.ts';
import type { Engine } from '../engine/engine.ts';
import { untilAborted } from '../engine/until-aborted.ts';
import { attachToContainer } from './attach-to-container.ts';
import { execInContainer } from './exec-in-container.ts';
import { forwardPort } from './forward-port.ts';
import type { SessionContext } from './session-context.ts';

/** The streaming sessions of a plugin. */
export interface Sessions {
  readonly methods: Required<Pick<Plugin, 'exec' | 'attach' | 'portForward'>>;
  /** Resolves when nothing of any session is left. */
  settled(): Promise<void>;
}

type Method<Request, Result> = (engine: Engine, request: Request, context: SessionContext) => Promise<Result>;

/** {@link Sessions} that end with the engine. */
export function createSessions(engine: Engine, spool: Pick<ChangeSpool, 'drain'>): Sessions {
  const running = new Set<Promise<unknown>>();

  const session =
    <Request, Result>(method: Method<Request, Result>) =>
    (request: Request, streams: StreamSession, { signal }: CallOptions = {}): Promise<Result> =>
      untilAborted(signal, async () => {
        engine.signal.throwIfAborted();
        await spool.drain();
        const ends = signal === undefined ? engine.signal : AbortSignal.any([signal, engine.signal]);
        const run = method(engine, request, { streams, signal: ends });
        running.add(run);
        return await run.finally(() => running.delete(run));
      });

  return {
    methods: {
      exec: session(execInContainer),
      attach: session(attachToContainer),
      portForward: session(forwardPort),
    },
    async settled() {
      await Promise.allSettled(running);
    },
  };
}
