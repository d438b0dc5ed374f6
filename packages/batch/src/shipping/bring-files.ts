import { BackendError, UnavailableError, UnsupportedError } from '@interlink/spec';
import type { TreeEntry } from '../contract/host.ts';
import { jobFiles, jobPath } from '../directory/job-paths.ts';
import type { JobRecord } from '../directory/job-record.ts';
import type { Engine } from '../engine/engine.ts';
import { besideRunner, placeOfJob } from './job-place.ts';

type BringEngine = Pick<Engine, 'host' | 'root' | 'runner' | 'scheduler' | 'signal'>;

// The pod's delete waits for it.
const deadlineSeconds = 30;
const notFound = 127;
const pack = 'set -o pipefail; tar --create --file=- --format=pax --directory="$1" . | gzip -c | base64';

/**
 * Puts files into the directory of a running job that was shipped, as `bring.sh` says; resolves once they are there.
 *
 * @throws UnavailableError when the machine of the job does not say so; UnsupportedError for a job of a version that had no updates.
 */
export async function bringFiles(engine: BringEngine, record: JobRecord, files: readonly TreeEntry[]): Promise<void> {
  const { host, scheduler, signal } = engine;
  const payload = await packFiles(engine, record.uid, files);
  const place = placeOfJob(record, engine);
  const program = ['bash', besideRunner(place.runner, 'bring.sh'), place.directory];
  const { argv, ...environment } = await scheduler.enter(record.jobId ?? '', program);
  const { exitCode, stdout, stderr } = await host.run(argv, {
    ...environment,
    stdin: payload,
    deadlineSeconds,
    signal,
  });
  if (/^brought$/m.test(stdout)) return;
  const details = { exitCode };
  if (exitCode === notFound) {
    throw new UnsupportedError('the job was started by an earlier version, into which nothing can be brought', {
      details,
    });
  }
  const words = /^interlink: (.*)$/m.exec(stderr)?.[1] ?? stderr.trim();
  throw new UnavailableError(`nothing could be brought into the job: ${words || `exit code ${exitCode}`}`, { details });
}

/** By a directory that goes with the pod, whatever happens: secrets are in it. */
async function packFiles({ host, root }: BringEngine, uid: string, files: readonly TreeEntry[]): Promise<string> {
  const volumes = jobPath(root, uid, jobFiles.volumes);
  const outgoing = `${volumes}/outgoing`;
  await host.makeDirectories([volumes]);
  await host.discardTree(outgoing);
  try {
    await host.createTree(outgoing, files);
    const { exitCode, stdout } = await host.run(['bash', '-c', pack, 'pack', outgoing]);
    if (exitCode !== 0) throw new BackendError('the files cannot be packed', { details: { exitCode } });
    return stdout;
  } finally {
    await host.remove([volumes]);
  }
}
