import {
  BackendError,
  ForbiddenError,
  UnauthenticatedError,
  UnavailableError,
  type InterLinkError,
  type Pod,
  type PodStatus,
} from '@interlink/spec';
import { describe, expect, it } from 'vitest';
import { buildPod } from '../../../test/pods/build-pod.ts';
import { createFakeInterLink } from '../../../test/pods/fake-inter-link.ts';
import { createStatusQuestion } from './ask-status.ts';
import { podUid } from './pod-identity.ts';

const pods = Array.from({ length: 10 }, (_, index) => buildPod({ uid: `uid-${index}` }));
const status = (pod: Pod): PodStatus => ({ UID: podUid(pod), containers: [] });

function ask(answer: (pods: readonly Pod[]) => readonly PodStatus[]) {
  const fake = createFakeInterLink();
  fake.statusAnswer = answer;
  const question = createStatusQuestion({ ...fake, status: async (asked) => await fake.status(asked) });
  return { question, sizes: fake.questions };
}

describe('createStatusQuestion', () => {
  it('asks once for all', async () => {
    const { question, sizes } = ask((asked) => asked.map(status));
    expect((await question.ask(pods)).size).toBe(10);
    expect(sizes).toEqual([10]);
  });

  it('asks nothing for no pods, since that would be a ping', async () => {
    const { question, sizes } = ask(() => []);
    await question.ask([]);
    expect(sizes).toEqual([]);
  });

  it('leaves out what was not asked for', async () => {
    const { question } = ask(() => [{ UID: 'other' }]);
    expect((await question.ask(pods)).size).toBe(0);
  });

  it('finds the one pod that spoils the answer for all', async () => {
    const { question, sizes } = ask((asked) => {
      if (asked.some((pod) => podUid(pod) === 'uid-3')) throw new BackendError('no such container');
      return asked.map(status);
    });
    const answers = await question.ask(pods);
    expect([...answers.keys()].sort()).toEqual(pods.map(podUid).filter((uid) => uid !== 'uid-3'));
    expect(sizes.length).toBeLessThan(10);
  });

  it('gives up soon where the backend answers nothing but errors', async () => {
    const many = Array.from({ length: 1000 }, (_, index) => buildPod({ uid: `uid-${index}` }));
    const { question, sizes } = ask(() => {
      throw new BackendError('panic');
    });
    await expect(question.ask(many)).rejects.toMatchObject({ message: 'panic' });
    expect(sizes.length).toBeLessThan(30);
  });

  it('asks for each where only the first is ever answered, and remembers that', async () => {
    const { question, sizes } = ask((asked) => asked.slice(0, 1).map(status));
    expect((await question.ask(pods)).size).toBe(10);
    expect((await question.ask(pods)).size).toBe(10);
    expect(sizes).toEqual([10, ...Array.from({ length: 19 }, () => 1)]);
  });

  it('does not take a backend that cannot be reached for one that refuses', async () => {
    const { question, sizes } = ask(() => {
      throw new UnavailableError('the connection was refused');
    });
    await expect(question.ask(pods)).rejects.toMatchObject({ code: 'ILK_UNAVAILABLE' });
    expect(sizes).toEqual([10]);
  });

  it.each<[string, () => InterLinkError]>([
    ['does not know the caller', () => new UnauthenticatedError('the token has expired')],
    ['refuses the caller', () => new ForbiddenError('robot may not act for any virtual node here')],
  ])('does not take a backend that %s for one that is silent', async (_, createError) => {
    const error = createError();
    const { question } = ask(() => {
      throw error;
    });
    await expect(question.ask(pods.slice(0, 2))).rejects.toMatchObject({ code: error.code });
  });

  it('takes one pod that the caller may not ask for as that alone', async () => {
    const { question } = ask((asked) => {
      if (asked.some((pod) => podUid(pod) === 'uid-3')) throw new ForbiddenError('it belongs to another virtual node');
      return asked.map(status);
    });
    expect((await question.ask(pods)).size).toBe(9);
  });
});
