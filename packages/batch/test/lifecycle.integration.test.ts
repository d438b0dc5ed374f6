import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Container, Pod, PodStatus } from '@interlink/spec';
import { debian13User, ensureTestImages, slurmSupport, type TestImages } from '@interlink/testbed';
import { beforeAll, describe, expect, it } from 'vitest';
import { ApptainerWorld } from './apptainer-world.ts';
import { statusOf, until } from './engine-world.ts';

const prepareMilliseconds = 600_000;
const support = await slurmSupport('debian-13');
const exec = (script: string) => ({ exec: { command: ['sh', '-c', script] } });

describe.skipIf(!support.available)(support.reason.replace('Slurm', 'Apptainer'), () => {
  let images: TestImages;
  beforeAll(async () => {
    images = await ensureTestImages();
  }, prepareMilliseconds);

  async function started(container: Partial<Container>, asUser: boolean): Promise<{ world: ApptainerWorld; pod: Pod }> {
    const world = await ApptainerWorld.create({
      asUser,
      sharedDirectories: [images.directory],
      policy: { images: { paths: [images.directory] } },
    });
    const pod = world.pod({ image: images.images.busybox.sif, ...container });
    await world.plugin.create({ pod, container: [{ name: 'main' }] });
    return { world, pod };
  }

  const reached = (world: ApptainerWorld, pod: Pod, what: (status: PodStatus) => boolean): Promise<PodStatus> =>
    until(() => statusOf(world.plugin, pod), what);
  const mainOf = (status: PodStatus) => status.containers?.[0];
  const isOver = ({ interlink }: PodStatus): boolean => ['ended', 'lost'].includes(interlink?.jobState ?? '');

  describe.each([
    ['root', false],
    ['a normal user', true],
  ])('a container of %s', (_name, asUser) => {
    it('has its probes and hooks inside, and ends with its message', async () => {
      const script =
        'trap "echo bye; echo last words > /var/last-words; exit 3" TERM; echo up; while :; do sleep 0.05; done';
      const { world, pod } = await started(
        {
          command: ['sh', '-c', script],
          workingDir: '/etc',
          terminationMessagePath: '/var/last-words',
          env: [{ name: 'OF_POD', value: 'a b' }],
          lifecycle: {
            postStart: exec('[ "$OF_POD" = "a b" ] && [ "$PWD" = /etc ] && sleep 0.3 && echo 1 > /hooked'),
            preStop: exec('echo hook > /proc/1/fd/1'),
          },
          readinessProbe: { ...exec('cat /hooked'), periodSeconds: 1 },
        },
        asUser,
      );
      await using _ = world;
      const ready = await reached(world, pod, (status) => mainOf(status)?.ready === true || isOver(status));
      expect(mainOf(ready)).toMatchObject({ ready: true, started: true, state: { running: {} } });
      await world.plugin.delete({ ...pod, metadata: { ...pod.metadata, deletionGracePeriodSeconds: 20 } });
      const ended = await reached(world, pod, ({ interlink }) => interlink?.state === 'gone');
      expect(mainOf(ended)?.state?.terminated).toMatchObject({ exitCode: 3, message: 'last words' });
      expect(await world.log(pod)).toBe('up\nhook\nbye\n');
    });

    it('leaves its message at the path in /dev that an API server gives it', async () => {
      const script = 'test ! -s /dev/termination-log && echo last words > /dev/termination-log; exit 3';
      const terminationMessagePath = '/dev/termination-log';
      const { world, pod } = await started({ command: ['sh', '-c', script], terminationMessagePath }, asUser);
      await using _ = world;
      const ended = await reached(world, pod, isOver);
      expect(mainOf(ended)?.state?.terminated).toMatchObject({ exitCode: 3, message: 'last words' });
    });

    it('is ended for its liveness probe', async () => {
      const livenessProbe = { ...exec('echo broken; exit 1'), periodSeconds: 1, failureThreshold: 1 };
      const { world, pod } = await started(
        { command: ['sh', '-c', 'trap "exit 4" TERM; while :; do sleep 0.05; done'], livenessProbe },
        asUser,
      );
      await using _ = world;
      const ended = await reached(world, pod, isOver);
      expect(mainOf(ended)?.state?.terminated).toMatchObject({
        exitCode: 4,
        message: 'Liveness probe failed: broken; the container was ended for it',
      });
    });

    it('has a terminal where it asks for one', async () => {
      const script = 'trap "echo bye; exit 3" TERM; tty -s && echo "$TERM"; stty size; while :; do sleep 0.05; done';
      const { world, pod } = await started({ command: ['sh', '-c', script], stdin: true, tty: true }, asUser);
      await using _ = world;
      await until(
        () => world.log(pod),
        (log) => log === 'xterm\r\n24 80\r\n',
      );
      await world.plugin.delete(pod);
      const end = await reached(world, pod, ({ interlink }) => interlink?.state === 'gone');
      expect(mainOf(end)?.state?.terminated).toMatchObject({ exitCode: 3 });
      expect(await world.log(pod)).toBe('xterm\r\n24 80\r\nbye\r\n');
    });

    it('can be joined by its user alone', async () => {
      const env = [{ name: 'OF_POD', value: 'a b\nc' }];
      const { world, pod } = await started({ command: ['sh', '-c', 'echo up; sleep 600'], env }, asUser);
      await using _ = world;
      await until(
        () => world.log(pod),
        (log) => log.includes('up'),
      );
      const [hash = ''] = await readdir(join(world.root, '.runner'));
      const program = join(world.root, '.runner', hash, 'join.sh');
      const command = ['bash', program, join(world.root, pod.metadata?.uid ?? ''), 'main', '--'];
      const user = asUser ? debian13User.name : undefined;
      const run = async (...words: string[]) => (await world.machine.run([...command, ...words], { user })).stdout;
      expect(await run('sh', '-c', 'echo "$OF_POD"; pwd; ls /proc | grep -c "^1$"; id -u')).toBe(
        `a b\nc\n/\n1\n${asUser ? debian13User.uid : 0}\n`,
      );
      expect(await run('env')).not.toContain('APPTAINERENV_');
      expect(await run('sh', '-c', 'echo x > /new; cat /new')).toBe('x\n');
      expect(await run('cat', '/new')).toBe('x\n');
    });
  });
});
