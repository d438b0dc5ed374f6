import { BackendError, InternalError, UnsupportedError } from '@interlink/spec';
import type { Shipment } from '../contract/scheduler.ts';
import type { Engine } from '../engine/engine.ts';
import { besideRunner } from './job-place.ts';

const defaultScriptBytes = 4_000_000;
// What of the script is not the payload: the head, and what the site adds.
const headBytes = 16_384;

/**
 * The files of a job as they travel with it.
 *
 * @throws UnsupportedError when they are more than the scheduler takes.
 */
export async function packJob(
  { host, root, runner, policy }: Pick<Engine, 'host' | 'root' | 'runner' | 'policy'>,
  { uid, shippedTo }: { readonly uid: string; readonly shippedTo: string },
): Promise<Shipment> {
  const unpack = besideRunner(runner, 'unpack.sh');
  const head = (await host.readMany([unpack])).get(unpack);
  if (head === undefined) throw new InternalError('the programs of the runner are not in the work directory');
  const { exitCode, stdout } = await host.run(['bash', besideRunner(runner, 'pack.sh'), root, uid]);
  if (exitCode !== 0) throw new BackendError('the files of the job cannot be packed', { details: { exitCode } });
  const most = policy.shipping?.scriptBytes ?? defaultScriptBytes;
  if (stdout.length + headBytes <= most) return { root: shippedTo, head, payload: stdout };
  throw new UnsupportedError(
    `pod.spec.volumes: the files of the pod are ${stdout.length} bytes in the script of its job, where ${most} are the most`,
    { field: 'pod.spec.volumes' },
  );
}
