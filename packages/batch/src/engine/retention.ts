import { defaultRetentionSeconds, discard } from './delete-pod.ts';
import type { Engine } from './engine.ts';

const millisecondsPerSecond = 1000;
const sweepMilliseconds = 30_000;

/** Discards deleted pods when their retention time is over: now and every half minute. */
export function startRetention(engine: Engine): Disposable {
  let isSweeping = false;
  const sweep = (): void => {
    if (isSweeping) return;
    isSweeping = true;
    discardExpired(engine)
      .catch((error: unknown) => {
        engine.logger.warn({ err: error }, 'files of deleted pods could not be removed');
      })
      .finally(() => {
        isSweeping = false;
      });
  };
  sweep();
  const timer = setInterval(sweep, sweepMilliseconds);
  timer.unref();
  return { [Symbol.dispose]: () => clearInterval(timer) };
}

async function discardExpired(engine: Engine): Promise<void> {
  const retention = (engine.policy.retentionSeconds ?? defaultRetentionSeconds) * millisecondsPerSecond;
  for (const held of [...engine.pods.all()]) {
    const { deletedAt } = held.record;
    if (deletedAt === undefined || Date.parse(deletedAt) + retention > engine.clock.now()) continue;
    await engine.lock.run(held.record.uid, () => discard(engine, held));
  }
}
