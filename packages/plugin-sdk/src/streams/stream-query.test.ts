import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildStreamQuery, parseStreamQuery } from './stream-query.ts';

const pod = { namespace: 'default', podUid: 'uid-1', podName: 'pod-1' };
const base = 'namespace=default&podUid=uid-1&podName=pod-1';

describe('a stream query', () => {
  it('carries any words of a command', () => {
    const word = fc.string({ unit: 'binary' }).filter((text) => text.isWellFormed() && !text.includes('\0'));
    fc.assert(
      fc.property(fc.array(word, { minLength: 1 }), fc.boolean(), fc.boolean(), (words, tty, stdin) => {
        const command = ['program', ...words];
        const request = { ...pod, containerName: 'main', command, ...(tty ? { tty } : {}) };
        const parsed = parseStreamQuery('ExecRequest', buildStreamQuery(request, { stdin }));
        expect(parsed).toEqual({ ...request, ...(stdin ? { stdin } : {}) });
      }),
    );
  });

  it('carries a port', () => {
    const request = { ...pod, port: 8080 };
    expect(parseStreamQuery('PortForwardRequest', buildStreamQuery(request, { stdin: true }))).toEqual(request);
  });

  it.each([
    ['ExecRequest', `${base}&containerName=main`, 'command'],
    ['ExecRequest', `${base}&containerName=main&command=`, 'command[0]'],
    ['ExecRequest', `${base}&containerName=main&command=ls&command=a%00b`, 'command[1]'],
    ['ExecRequest', `${base}&command=ls`, 'containerName'],
    ['ExecRequest', `${base}&containerName=../x&command=ls`, 'containerName'],
    ['ExecRequest', `${base}&containerName=main&containerName=other&command=ls`, 'containerName'],
    ['ExecRequest', `${base}&containerName=main&command=ls&tty=maybe`, 'tty'],
    ['ExecRequest', `${base}&containerName=main&command=ls&stdin=`, 'stdin'],
    ['ExecRequest', 'namespace=default&podUid=../../etc&podName=x&containerName=main&command=ls', 'podUid'],
    ['ExecRequest', 'namespace=default&podName=x&containerName=main&command=ls', 'podUid'],
    ['AttachRequest', base, 'containerName'],
    ['AttachRequest', `podUid=uid-1&podName=pod-1&containerName=main`, 'namespace'],
    ['PortForwardRequest', base, 'port'],
    ['PortForwardRequest', `${base}&port=0`, 'port'],
    ['PortForwardRequest', `${base}&port=65536`, 'port'],
    ['PortForwardRequest', `${base}&port=80x`, 'port'],
    ['PortForwardRequest', `${base}&port=-1`, 'port'],
  ] as const)('%s ?%s is refused, naming %s', (name, query, field) => {
    expect(() => parseStreamQuery(name, query)).toThrow(expect.objectContaining({ code: 'ILK_INVALID_INPUT', field }));
  });
});
