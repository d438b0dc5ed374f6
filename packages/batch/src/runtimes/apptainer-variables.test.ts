import { resolvePod } from '@interlink/plugin-sdk';
import type { Container } from '@interlink/spec';
import { describe, expect, it } from 'vitest';
import { buildApptainerStart } from './apptainer-runtime.ts';

type Variables = Readonly<Record<string, string>>;

function start(variables: Variables, more: Partial<Container> = {}) {
  const env = Object.entries(variables).map(([name, value]) => ({ name, value }));
  const spec = { nodeName: 'vk', containers: [{ name: 'main', image: 'i', command: ['x'], env, ...more }] };
  const secrets = [{ metadata: { name: 's' }, data: { 'SINGULARITY.x': 'eA==' } }];
  const pod = resolvePod({ pod: { metadata: { name: 'p', uid: 'u' }, spec }, container: [{ name: 'main', secrets }] });
  const request = { pod, container: pod.containers[0]!, directory: '/d', binds: [], image: { path: '/i' } };
  return buildApptainerStart(request, { homeDirectory: '/h' });
}

const passed = (variables: Variables): Variables => Object.fromEntries(start(variables).environment);

describe('variables through apptainer', () => {
  it('have the prefix where its shell can set them, and lose no carriage return', () => {
    expect(passed({ A_1: 'x', LINES: 'a\r\nb\r\r\nc\r' })).toMatchObject({
      APPTAINERENV_A_1: 'x',
      APPTAINERENV_LINES: 'a\r\r\nb\r\r\r\nc\r',
    });
    expect(start({ A: 'x' }).argv).toEqual(expect.arrayContaining(['--compat', '--cleanenv']));
  });

  it('go in its own environment where its shell would stumble over their names', () => {
    const odd = { 'app.name': 'a\r\nb', 'a-b': 'x', '1a': '', UID: '7' };
    expect(passed({ ...odd, A: 'x' })).toMatchObject({ ...odd, APPTAINERENV_A: 'x' });
    const { argv } = start(odd);
    expect(argv).toEqual(expect.arrayContaining(['--contain', '--pid', '--ipc', '--no-eval', '--writable-tmpfs']));
    expect(argv).not.toContain('--cleanenv');
    expect(argv).not.toContain('--compat');
  });

  const refused: Record<string, { variables: Variables; field: string }> = {
    'a name of apptainer’s own shell text': { variables: { key: 'x' }, field: 'env[0].name' },
    'a function for bash': { variables: { A: '', 'BASH_FUNC_ls%%': '() { x; }' }, field: 'env[1].name' },
    'what apptainer would read': { variables: { 'APPTAINERENV_a.b': 'x' }, field: 'env[0].name' },
    'a home directory of the machine': { variables: { HOME: '/etc:/mnt' }, field: 'env[0].value' },
    'a home directory that is no path': { variables: { HOME: '--x' }, field: 'env[0].value' },
    'a character that its shell takes for the end': { variables: { A: 'x\u0080' }, field: 'env[0].value' },
  };
  it.each(Object.entries(refused))('are refused: %s', (_, { variables, field }) => {
    expect(() => start(variables)).toThrow(
      expect.objectContaining({ field: `pod.spec.containers[0].${field}` }) as Error,
    );
  });

  it('are refused by their source where they come from one', () => {
    expect(() => start({}, { envFrom: [{ secretRef: { name: 's' } }] })).toThrow(
      expect.objectContaining({
        field: 'pod.spec.containers[0].envFrom',
        message: expect.stringContaining('SINGULARITY.x') as string,
      }) as Error,
    );
  });
});
