import type { ErrorBody } from '@interlink/spec';
import { notForForeign, type Check, type CheckContext, checksOf } from '../kit/check.ts';
import { ensure, ensureRejects, settle, show } from '../kit/expect.ts';
import { podData } from '../kit/pod-factory.ts';
import { isGone } from '../kit/pod-state.ts';
import type { RawAnswer } from '../kit/raw-request.ts';
import { badBodies, type BadBody } from './bad-bodies.ts';

const clientErrors = { from: 400, to: 499 };

function parseErrorBody(answer: RawAnswer): Partial<ErrorBody> {
  try {
    return JSON.parse(answer.text) as Partial<ErrorBody>;
  } catch {
    return {};
  }
}

/** The Python plugins answer 422, the Go ones 500 or worse; that they refuse and live is all that is asked of them. */
function ensureRefused(bad: BadBody, answer: RawAnswer, isForeign: boolean): void {
  ensure(answer.status >= clientErrors.from, `${bad.what} was answered with ${answer.status}`);
  if (isForeign) return;
  const { status } = answer;
  ensure(status <= clientErrors.to, `${bad.what} was answered with ${status}, which is no 4xx: ${show(answer.text)}`);
  const { field } = parseErrorBody(answer);
  ensure(
    field?.includes(bad.field) === true,
    `the answer to ${bad.what} does not name the field ${bad.field}: ${show(answer.text)}`,
  );
}

async function sendBad(bad: BadBody, { send, pods, plugin, facts, signal }: CheckContext): Promise<void> {
  ensure(send !== undefined, 'the plugin has no URL');
  const { body, ...request } = bad.request(pods.running('exit 0'));
  const outcome = await settle(send({ ...request, body: typeof body === 'string' ? body : JSON.stringify(body) }));
  if ('error' in outcome) ensure(false, `no answer to ${bad.what}: ${show(outcome.error)}`);
  else ensureRefused(bad, outcome.value, facts.isForeign);
  const ping = await settle(plugin.ping({ signal }));
  ensure('value' in ping, `the plugin does not answer a ping after ${bad.what}`);
}

const onTheWire = badBodies.map((bad): Omit<Check, 'group'> => ({
  name: `refuses ${bad.what}, naming the field, and lives on`,
  appliesTo: ({ send }) => (send === undefined ? 'needs the URL of the plugin' : undefined),
  run: (context) => sendBad(bad, context),
}));

const inProcess: readonly Omit<Check, 'group'>[] = [
  {
    name: 'refuses a pod that cannot be run, naming the field, and keeps no trace of it',
    appliesTo: notForForeign('the old contract does not say how such a pod is answered'),
    run: async ({ plugin, pods, statusOf, signal }) => {
      const pod = pods.of([]);
      const what = 'the create of a pod without containers';
      const error = await ensureRejects(
        plugin.create(podData(pod), { signal }),
        ['ILK_INVALID_INPUT', 'ILK_UNSUPPORTED'],
        what,
      );
      ensure(error.message.includes('containers'), `the error does not name the field: ${error.message}`);
      ensure(isGone(await statusOf(pod)), 'the plugin remembers the pod');
    },
  },
];

/** Bad input costs one request. */
export const badInputChecks = checksOf('bad-input', [...onTheWire, ...inProcess]);
