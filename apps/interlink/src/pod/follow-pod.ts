import { NotFoundError, type ContainerStatus, type Pod } from '@interlink/spec';
import { createInformer, type KubeClient } from '@interlink/kube';
import { silentLogger } from '@interlink/runtime';
import type { Printer } from '../print/printer.ts';
import { describeContainer } from './describe-container.ts';

/** The pod to follow and where to say what happens to it. */
export interface FollowOptions {
  readonly client: KubeClient;
  readonly namespace: string;
  readonly name: string;
  readonly printer: Printer;
  readonly signal: AbortSignal;
}

interface EventObject {
  readonly metadata: { readonly uid: string };
  readonly type?: string;
  readonly reason?: string;
  readonly message?: string;
  readonly involvedObject?: { readonly kind?: string; readonly name?: string };
}

const columnWidth = 10;

function isTerminal(pod: Pod | undefined): boolean {
  return pod?.status?.phase === 'Succeeded' || pod?.status?.phase === 'Failed';
}

/** Lines `label  text`, with one colour for each kind of news. */
function createTeller(
  printer: Printer,
  startedAt = Date.now(),
): (label: string, text: string, tone?: 'good' | 'bad' | 'warning' | 'quiet') => void {
  return (label, text, tone) => {
    const seconds = ((Date.now() - startedAt) / 1000).toFixed(1).padStart(6);
    printer.line(
      `${printer.paint(`${seconds}s`, 'quiet')}  ${printer.paint(label.padEnd(columnWidth), tone ?? 'heading')} ${text}`,
    );
  };
}

type Teller = ReturnType<typeof createTeller>;

function phaseTone(phase: string): 'good' | 'bad' | 'quiet' {
  if (phase === 'Succeeded') return 'good';
  return phase === 'Failed' ? 'bad' : 'quiet';
}

/** Says each change of phase and of a container's state once. */
function createStatusTeller(tell: Teller): (pod: Pod) => void {
  const said = new Map<string, string>();
  const once = (key: string, text: string, say: () => void): void => {
    if (said.get(key) === text) return;
    said.set(key, text);
    say();
  };
  return (pod) => {
    const phase = pod.status?.phase ?? 'Pending';
    once('phase', phase, () =>
      tell('phase', `${phase}${pod.status?.message === undefined ? '' : `: ${pod.status.message}`}`, phaseTone(phase)),
    );
    for (const status of containerStatuses(pod)) {
      const text = describeContainer(status);
      once(`container ${status.name}`, text, () => tell('container', `${status.name}: ${text}`, 'quiet'));
    }
  };
}

function containerStatuses(pod: Pod): readonly ContainerStatus[] {
  return [...(pod.status?.initContainerStatuses ?? []), ...(pod.status?.containerStatuses ?? [])];
}

function hasStarted(status: ContainerStatus): boolean {
  return status.state?.running !== undefined || status.state?.terminated !== undefined;
}

async function printLog(options: FollowOptions, container: string, tell: Teller): Promise<void> {
  const path = `/api/v1/namespaces/${options.namespace}/pods/${options.name}/log`;
  const stream = await options.client.stream({ path, query: { container, follow: 'true' }, signal: options.signal });
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of stream) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) tell('log', `${container} | ${line}`);
  }
  if (rest !== '') tell('log', `${container} | ${rest}`);
}

/** Follows a pod until it has ended and its logs were printed; the pod as it ended. */
export async function followPod(options: FollowOptions): Promise<Pod> {
  const tell = createTeller(options.printer);
  const tellStatus = createStatusTeller(tell);
  const stop = new AbortController();
  const signal = AbortSignal.any([stop.signal, options.signal]);
  const path = `/api/v1/namespaces/${options.namespace}`;
  const { client } = options;
  const pods = createInformer<Pod>({
    client,
    path: `${path}/pods`,
    fieldSelector: `metadata.name=${options.name}`,
    logger: silentLogger,
  });
  const events = createInformer<EventObject & { metadata: { uid: string } }>({
    client,
    path: `${path}/events`,
    logger: silentLogger,
  });
  const logs = new Map<string, Promise<void>>();

  events.onChange(({ type, object }) => {
    if (type === 'deleted' || object.involvedObject?.kind !== 'Pod' || object.involvedObject.name !== options.name)
      return;
    tell('event', `${object.reason ?? ''}: ${object.message ?? ''}`, object.type === 'Warning' ? 'warning' : 'quiet');
  });
  const ended = new Promise<Pod>((resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
    pods.onChange(({ type, object }) => {
      if (type === 'deleted') {
        reject(new NotFoundError(`pod ${options.name} was deleted`));
        return;
      }
      tellStatus(object);
      for (const { name } of containerStatuses(object).filter(hasStarted)) {
        if (!logs.has(name))
          logs.set(
            name,
            printLog(options, name, tell).catch((error: unknown) => {
              if (!options.signal.aborted) tell('log', `${name}: ${String(error)}`, 'warning');
            }),
          );
      }
      if (isTerminal(object)) resolve(object);
    });
  });
  pods.start(signal);
  events.start(signal);
  try {
    const pod = await ended;
    await Promise.all(logs.values());
    return pod;
  } finally {
    stop.abort();
  }
}
