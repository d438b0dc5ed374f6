import { hostname } from 'node:os';
import { describe, expect, it } from 'vitest';
import { completePod } from './complete-pod.ts';

const container = { name: 'main', image: 'x' };
const uidPattern = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

describe('completePod', () => {
  it('gives what an API server would: UID, namespace, name, phase', () => {
    const { metadata, status } = completePod({ spec: { containers: [container] } });
    expect(metadata).toMatchObject({ name: 'pod', namespace: 'default' });
    expect(metadata?.uid).toMatch(uidPattern);
    expect(status?.phase).toBe('Pending');
  });

  it('gives every call a UID of its own', () => {
    const pod = { spec: { containers: [container] } };
    expect(completePod(pod).metadata?.uid).not.toBe(completePod(pod).metadata?.uid);
  });

  it.each([
    [undefined, 'Never'],
    ['OnFailure', 'OnFailure'],
    ['Always', 'Always'],
  ] as const)('makes restartPolicy %s of the file %s', (written, expected) => {
    const policy = written === undefined ? {} : { restartPolicy: written };
    expect(completePod({ spec: { ...policy, containers: [container] } }).spec?.restartPolicy).toBe(expected);
  });

  it('fills in the name of the node and leaves the rest of the environment to the plugin', () => {
    const nodeName = { name: 'NODE', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } };
    const other = { name: 'NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } };
    const named = { ...container, env: [nodeName, other] };
    const { spec } = completePod({ spec: { nodeName: 'gone', containers: [named], initContainers: [named] } });
    const filled = [{ name: 'NODE', value: hostname() }, other];
    expect(spec?.containers[0]?.env).toEqual(filled);
    expect(spec?.initContainers?.[0]?.env).toEqual(filled);
    expect(spec).not.toHaveProperty('nodeName');
  });
});
