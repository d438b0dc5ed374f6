import { describe, expect, it } from 'vitest';
import { checkLogRequest } from './check-log-request.ts';

const request = {
  Namespace: 'default',
  PodUID: '0b7c1c2e-7a0b-4c58-9d0b-6d3c7b0c9a11',
  PodName: 'demo',
  ContainerName: 'main',
};
const goOptions = {
  Tail: 0,
  Bytes: 0,
  Timestamps: false,
  Follow: true,
  Previous: false,
  SinceSeconds: 0,
  SinceTime: '0001-01-01T00:00:00Z',
};

describe('checkLogRequest', () => {
  it.each([
    { ...request, Opts: goOptions },
    { ...request, Opts: { ...goOptions, Tail: 5, Bytes: 100 } },
    { ...request, Opts: { SinceTime: '2026-07-20T10:00:00.123456789Z' } },
    { ...request, Opts: { ...goOptions, SinceSeconds: 5 } },
    { ...request, PodUID: '4f0c1d2e3b4a59687786950a1b2c3d4e', ContainerName: '' },
    request,
  ])('takes %j', (value) => {
    expect(checkLogRequest(value)).toEqual(value);
  });

  it.each([
    [{ ...request, Namespace: 'No_Name' }, 'Namespace'],
    [{ ...request, PodUID: '../../etc' }, 'PodUID'],
    [{ ...request, ContainerName: 'a/b' }, 'ContainerName'],
    [{ ...request, Opts: { Tail: -1 } }, 'Opts'],
    [{ ...request, Opts: { SinceTime: 'yesterday' } }, 'Opts.SinceTime'],
    [{ ...request, Opts: { SinceTime: '2026-07-20T10:00:00Z', SinceSeconds: 5 } }, 'Opts.SinceSeconds'],
    ['text', 'body'],
  ])('refuses %j naming the field', (value, field) => {
    expect(() => checkLogRequest(value)).toThrow(
      expect.objectContaining({ code: 'ILK_INVALID_INPUT', field: expect.stringContaining(field) as string }),
    );
  });
});
