/**
 * A create request as the Go virtual kubelet encodes it, and what the Go API server makes of it for a plugin.
 * Written by hand from the field names and null habits of interLink at commit f6321757 (2026-07-14): PodCreateRequests,
 * RetrievedPodData and RetrievedContainer of `pkg/interlink`.
 */
const pod = {
  metadata: {
    name: 'demo',
    namespace: 'default',
    uid: '0b7c1c2e-7a0b-4c58-9d0b-6d3c7b0c9a11',
    creationTimestamp: '2026-07-20T10:00:00Z',
    labels: { app: 'demo' },
  },
  spec: {
    volumes: [
      { name: 'cfg', configMap: { name: 'demo-cfg', defaultMode: 420 } },
      { name: 'sec', secret: { secretName: 'demo-sec', defaultMode: 420 } },
      { name: 'scratch', emptyDir: {} },
      {
        name: 'kube-api-access-x1',
        projected: { sources: [{ serviceAccountToken: { expirationSeconds: 3607, path: 'token' } }], defaultMode: 420 },
      },
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
          { name: 'scratch', mountPath: '/scratch' },
          { name: 'kube-api-access-x1', readOnly: true, mountPath: '/var/run/secrets/kubernetes.io/serviceaccount' },
        ],
        imagePullPolicy: 'IfNotPresent',
      },
    ],
    restartPolicy: 'Never',
    serviceAccountName: 'default',
    nodeName: 'my-vk',
  },
  status: { phase: 'Pending', hostIP: '127.0.0.1', podIP: '127.0.0.1', startTime: '2026-07-20T10:00:01Z' },
};

const configMap = { metadata: { name: 'demo-cfg', namespace: 'default' }, data: { 'a.txt': 'hello' } };
const secret = { metadata: { name: 'demo-sec', namespace: 'default' }, data: { pw: 'c2VjcmV0' }, type: 'Opaque' };
const projected = { metadata: { name: 'kube-api-access-x1' }, data: { token: 'eyJ', namespace: 'default' } };

/** Hop A, as text: synthetic objects have a null creation time. */
export const podCreateRequest = {
  pod,
  configmaps: [configMap],
  secrets: [secret],
  projectedvolumesmaps: [{ ...projected, metadata: { ...projected.metadata, creationTimestamp: null } }],
  jobscriptURL: '',
};

/** Hop B: `jobConfig` is always there, `emptyDirs` and empty lists are null. */
export const retrievedPodData = {
  pod,
  container: [
    { name: 'prep', configMaps: null, projectedvolumemaps: null, secrets: null, emptyDirs: null },
    { name: 'main', configMaps: [configMap], projectedvolumemaps: [projected], secrets: [secret], emptyDirs: null },
  ],
  jobConfig: {
    SingularityHubProxy: { server: '', master_token: '', cache_validity_seconds: 0 },
    ApptainerOptions: {
      executable: '',
      fakeroot: false,
      containall: false,
      fuseMode: '',
      noInit: false,
      noHome: false,
      noPrivs: false,
      nvidiaSupport: false,
      cleanenv: false,
      unsquash: false,
    },
    Volumes: {
      scratch_area: '',
      apptainer_cachedir: '',
      image_dir: '',
      additional_directories_in_path: null,
      fuse_sleep_seconds: 0,
    },
  },
};
