import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { Container, EnvVar, Pod } from '@interlink/spec';

const loopback = '127.0.0.1';

/** A pod that is bound to a node comes with its environment resolved, so this one must stay unbound and have the name filled in. */
function fillNodeName(variable: EnvVar): EnvVar {
  return variable.valueFrom?.fieldRef?.fieldPath === 'spec.nodeName'
    ? { name: variable.name, value: hostname() }
    : variable;
}

function fillContainer(container: Container): Container {
  return container.env === undefined ? container : { ...container, env: container.env.map(fillNodeName) };
}

/** The pod as an API server would hand it out: UID, namespace, and `restartPolicy: Never` where it says none. */
export function completePod(pod: Pod, uid: string = randomUUID()): Pod {
  const { namespace = 'default', name = 'pod' } = pod.metadata ?? {};
  const { nodeName: _bound, ...spec } = pod.spec ?? { containers: [] };
  return {
    ...pod,
    metadata: { ...pod.metadata, name, namespace, uid, creationTimestamp: new Date().toISOString() },
    spec: {
      ...spec,
      // Kubernetes' default is Always, which would never end; the author of a file that is run to its end means Never.
      restartPolicy: spec.restartPolicy ?? 'Never',
      containers: spec.containers.map(fillContainer),
      ...(spec.initContainers === undefined ? {} : { initContainers: spec.initContainers.map(fillContainer) }),
    },
    status: { phase: 'Pending', hostIP: loopback, podIP: loopback, podIPs: [{ ip: loopback }] },
  };
}
