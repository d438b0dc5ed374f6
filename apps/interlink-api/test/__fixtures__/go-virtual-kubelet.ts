/**
 * Bodies as the Go virtual kubelet sends them: nil slices as null, synthetic objects with a null creation time, secrets in base64,
 * no apiVersion and kind. Written by hand from interLink at commit f6321757 (2026-07-14) and its virtual-kubelet fork.
 */
export const podUid = '0b7c1c2e-7a0b-4c58-9d0b-6d3c7b0c9a11';

const notYet = { status: 'False', lastProbeTime: null, lastTransitionTime: null };

/** A pod that is being created. */
export const pod = {
  metadata: {
    name: 'demo',
    namespace: 'default',
    uid: podUid,
    resourceVersion: '1234',
    creationTimestamp: '2026-07-20T10:00:00Z',
    annotations: { 'slurm-job.vk.io/flags': '-t 10' },
  },
  spec: {
    volumes: [
      { name: 'cfg', configMap: { name: 'demo-cfg', defaultMode: 420 } },
      { name: 'sec', secret: { secretName: 'demo-sec', defaultMode: 420 } },
      { name: 'token', projected: { sources: [{ serviceAccountToken: { path: 'token' } }], defaultMode: 420 } },
    ],
    initContainers: [{ name: 'prep', image: 'busybox:1.36', command: ['true'], resources: {} }],
    containers: [
      {
        name: 'main',
        image: 'python:3.12',
        command: ['python', '-c'],
        args: ['print(1)'],
        env: [{ name: 'A', value: 'b' }],
        resources: { limits: { cpu: '1', memory: '1Gi' }, requests: { cpu: '1', memory: '1Gi' } },
        volumeMounts: [
          { name: 'cfg', mountPath: '/cfg' },
          { name: 'sec', mountPath: '/sec' },
          { name: 'token', readOnly: true, mountPath: '/var/run/secrets/kubernetes.io/serviceaccount' },
        ],
        imagePullPolicy: 'IfNotPresent',
      },
    ],
    restartPolicy: 'Never',
    nodeName: 'my-vk',
  },
  status: {
    phase: 'Pending',
    conditions: [
      { type: 'Initialized', ...notYet },
      { type: 'Ready', ...notYet },
    ],
    hostIP: '127.0.0.1',
    podIP: '127.0.0.1',
    startTime: '2026-07-20T10:00:01Z',
  },
};

/** Body of POST /create. */
export const podCreateRequests = {
  pod,
  configmaps: [{ metadata: { name: 'demo-cfg', namespace: 'default' }, data: { 'a.txt': 'hello' } }],
  secrets: [{ metadata: { name: 'demo-sec', namespace: 'default' }, data: { pw: 'c2VjcmV0' }, type: 'Opaque' }],
  projectedvolumesmaps: [{ metadata: { name: 'token', creationTimestamp: null }, data: { token: 'eyJ' } }],
  jobscriptURL: '',
};

/** The same of a pod without volumes: nil slices. */
export const barePodCreateRequests = {
  pod: {
    ...pod,
    spec: {
      ...pod.spec,
      volumes: null,
      initContainers: null,
      containers: [{ name: 'main', image: 'x', command: null, args: null, env: null, volumeMounts: null }],
    },
  },
  configmaps: null,
  secrets: null,
  projectedvolumesmaps: null,
  jobscriptURL: '',
};

/** Body of GET /getLogs; zero values are always there. */
export const logStruct = {
  Namespace: 'default',
  PodUID: podUid,
  PodName: 'demo',
  ContainerName: 'main',
  Opts: {
    Tail: 0,
    Bytes: 0,
    Timestamps: false,
    Follow: false,
    Previous: false,
    SinceSeconds: 0,
    SinceTime: '0001-01-01T00:00:00Z',
  },
};
