import { describe, expect, it } from 'vitest';
import { goAnswers } from './__fixtures__/go-answers.ts';
import { errorFromAnswer } from './error-from-answer.ts';

const peer = 'http://peer:3000';

interface Row {
  readonly answer: keyof typeof goAnswers;
  readonly operation: string;
  readonly code: string;
  readonly message: string;
}

const table: Row[] = [
  {
    answer: 'createRefused',
    operation: 'create',
    code: 'ILK_INVALID_INPUT',
    message: `create: ${peer} answered 400: sbatch: error: invalid partition specified: "gpu" & no default`,
  },
  {
    answer: 'createRefusedByOurPlugin',
    operation: 'create',
    code: 'ILK_UNSUPPORTED',
    message: "hostIPC isn't supported",
  },
  {
    answer: 'createUnreachable',
    operation: 'create',
    code: 'ILK_BACKEND',
    message: `create: ${peer} answered 500: no explanation (a Go API server answers so when it cannot reach its plugin)`,
  },
  {
    answer: 'pingFailed',
    operation: 'ping',
    code: 'ILK_NOT_FOUND',
    message: `ping: ${peer} answered 404: 404 page not found`,
  },
  {
    answer: 'pingUnreachable',
    operation: 'ping',
    code: 'ILK_BACKEND',
    message: `ping: ${peer} answered 500: no explanation (a Go API server answers so when it cannot reach its plugin)`,
  },
  {
    answer: 'unknownPath',
    operation: 'status',
    code: 'ILK_NOT_FOUND',
    message: `status: ${peer} answered 404: 404 page not found`,
  },
  {
    answer: 'fastApiInvalid',
    operation: 'create',
    code: 'ILK_INVALID_INPUT',
    message: `create: ${peer} answered 422: body.pod.metadata.uid: Field required`,
  },
  {
    answer: 'fastApiDetail',
    operation: 'create',
    code: 'ILK_BACKEND',
    message: `create: ${peer} answered 500: condor_submit failed: no schedd`,
  },
];

describe('errorFromAnswer', () => {
  it.each(table)('reads $answer', ({ answer, operation, code, message }) => {
    const { status, body } = goAnswers[answer];
    expect(errorFromAnswer({ status, text: body, operation, peer })).toMatchObject({
      code,
      message,
      details: { status, peer },
    });
  });

  it('keeps the field that our own servers name', () => {
    const text = '{"code":"ILK_INVALID_INPUT","message":"pod.metadata.uid is required","field":"pod.metadata.uid"}';
    expect(errorFromAnswer({ status: 400, text, operation: 'create', peer })).toMatchObject({
      field: 'pod.metadata.uid',
    });
  });

  it('takes an unknown code of a newer peer as a refusal of the backend', () => {
    const text = '{"code":"ILK_TOMORROW","message":"no"}';
    expect(errorFromAnswer({ status: 418, text, operation: 'create', peer })).toMatchObject({
      code: 'ILK_BACKEND',
      retryable: false,
    });
  });

  it('cuts long words at 4 KiB and never inside a character', () => {
    const { message } = errorFromAnswer({ status: 500, text: 'ä'.repeat(10_000), operation: 'create', peer });
    expect(Buffer.byteLength(message)).toBeLessThan(4096 + 100);
    expect(message).toMatch(/ä…$/);
  });

  it.each([
    [408, 'ILK_TIMEOUT'],
    [429, 'ILK_UNAVAILABLE'],
    [502, 'ILK_UNAVAILABLE'],
    [503, 'ILK_UNAVAILABLE'],
    [504, 'ILK_TIMEOUT'],
    [401, 'ILK_UNAUTHENTICATED'],
    [403, 'ILK_FORBIDDEN'],
  ])('takes a foreign %i as %s', (status, code) => {
    expect(errorFromAnswer({ status, text: 'x', operation: 'create', peer }).code).toBe(code);
  });
});
