import { randomUUID } from 'node:crypto';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isInterLinkError, type PodStatus } from '@interlink/spec';
import { notForForeign, type Check, type CheckContext, checksOf } from '../kit/check.ts';
import { ensure, show } from '../kit/expect.ts';
import { allContainers } from '../kit/pod-state.ts';
import { annotationPlace, payloads, places, type ChargedPod, type Payload, type Place } from './injection-corpus.ts';

const appliesTo = notForForeign('the old contract does not promise it');
const refusals: readonly string[] = ['ILK_INVALID_INPUT', 'ILK_UNSUPPORTED', 'ILK_FORBIDDEN'];

/** True when nothing more will come of the pod: its containers ended, or their images cannot be had. */
function isSettled(status: PodStatus): boolean {
  return allContainers(status).every(
    ({ state }) => state?.terminated !== undefined || /Image/.test(state?.waiting?.reason ?? ''),
  );
}

/** Creates a pod that carries a payload and waits until it came to nothing; true when it was refused. */
async function tryPod(context: CheckContext, { pod, objects }: ChargedPod, place: Place, what: string): Promise<void> {
  try {
    await context.create(pod, objects);
  } catch (error) {
    if (!isInterLinkError(error) || !refusals.includes(error.code)) throw error;
    const named = `${error.field ?? ''} ${error.message}`;
    ensure(place.field.test(named), `${what} was refused without naming the field: ${show(error)}`);
    return;
  }
  await context.waitFor(pod, `settled with ${what}`, isSettled);
}

async function checkPlace(context: CheckContext, place: Place): Promise<void> {
  const { canaryDirectory } = context.settings;
  const prefix = `conformance-canary-${randomUUID()}-`;
  const attempt = async ({ what, text }: Payload, index: number): Promise<void> => {
    const charged = place.put(context.pods.running('exit 0'), text(join(canaryDirectory, `${prefix}${index}`)));
    context.pods.adopt(charged.pod);
    await tryPod(context, charged, place, `${what} in ${place.what}`);
  };
  await Promise.all(payloads.map(attempt));
  const canaries = (await readdir(canaryDirectory)).filter((name) => name.startsWith(prefix));
  for (const name of canaries) await rm(join(canaryDirectory, name), { recursive: true, force: true });
  const culprits = canaries.map((name) => payloads[Number.parseInt(name.slice(prefix.length), 10)]?.what);
  ensure(canaries.length === 0, `${culprits.join(' and ')} in ${place.what} took effect`);
  await context.plugin.ping({ signal: context.signal });
}

/** Nothing from a pod is ever code: each is refused, naming the field, or means nothing but itself. */
export const injectionChecks = checksOf('injection', [
  ...places.map((place): Omit<Check, 'group'> => ({
    name: `takes ${place.what} for a text and nothing else, or refuses it`,
    appliesTo,
    run: (context) => checkPlace(context, place),
  })),
  {
    name: 'takes the annotations that it reads for what they are and nothing else, or refuses them',
    appliesTo: (context) =>
      context.settings.readAnnotations.length === 0
        ? 'nobody told which annotations the plugin reads'
        : appliesTo(context),
    run: async (context) => {
      for (const name of context.settings.readAnnotations) await checkPlace(context, annotationPlace(name));
    },
  },
]);
