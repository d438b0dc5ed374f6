import { describe, expect, it } from 'vitest';
import { readProcessConfig } from './read-process-config.ts';

const environment = { POD_IP: '10.1.2.3', XDG_STATE_HOME: '/state' };
const load = (value: unknown, more: Record<string, string> = {}) =>
  readProcessConfig(value, { file: 'vk.yaml', environment: { ...environment, ...more } });

const many = {
  InterlinkURL: 'https://default.example.org',
  InterlinkPort: 443,
  VKTokenFile: '/run/default-token',
  TLS: { Enabled: true, CertFile: '/c', KeyFile: '/k' },
  Resources: { CPU: 8, Memory: '64Gi' },
  NodeLabels: ['zone=a'],
  Extensions: { PingIntervalSeconds: 7, CertificateDirectory: '/certificates' },
};
const nodes = [
  { NodeName: 'cpu' },
  {
    NodeName: 'gpu',
    InterlinkURL: 'unix:///run/gpu.sock',
    KubeletPort: 7000,
    Resources: { CPU: 2, Accelerators: [{ ResourceType: 'nvidia.com/gpu', Model: 'A100', Available: 4 }] },
    NodeLabels: ['zone=b'],
    NodeTaints: [{ Key: 'gpu', Value: 'yes', Effect: 'NoSchedule' }],
    Extensions: { LostAfterSeconds: 9 },
  },
  { NodeName: 'far' },
];

describe('the OAuth client of the file and of the environment', () => {
  const iam = { IAM_TOKEN_ENDPOINT: 'https://iam.example/token', IAM_CLIENT_ID: 'env', IAM_CLIENT_SECRET: 'hidden' };
  const OAuth2 = { TokenURL: 'https://file.example/token', ClientID: 'file', ClientSecretFile: '/secret' };

  it.each([
    ['the file', { ...many, Extensions: { OAuth2 } }, {}, 'file'],
    ['the environment', many, iam, 'env'],
  ])('of %s is that of the API server beside the list, and of no other site', (_, file, more, clientId) => {
    const { config, warnings } = load({ ...file, Nodes: nodes }, more);
    const [cpu, gpu] = config.nodes;
    expect(cpu?.interLink?.oauth).toMatchObject({ clientId });
    expect(gpu?.interLink).toEqual({ url: 'unix:///run/gpu.sock' });
    expect(warnings.join()).toContain('VKTokenFile has no effect');
    expect(warnings.join()).not.toContain('hidden');
  });
});

it('serves profiles where the Go program does, for the process and not for a node', () => {
  const NODENAME = 'n';
  expect(load({}, { NODENAME }).config.profiling).toBeUndefined();
  expect(load({ Pprof: { Enabled: true } }, { NODENAME }).config.profiling).toEqual({ address: '127.0.0.1:6060' });
  const { config, warnings } = load({ Nodes: nodes }, { ENABLE_PPROF: 'true', PPROF_PORT: '7000' });
  expect([config.profiling, warnings]).toEqual([{ address: '127.0.0.1:7000' }, []]);
});

describe('many nodes in one file', () => {
  it('take the keys beside the list as defaults', () => {
    const [cpu, gpu, far] = load({ ...many, Nodes: nodes }).config.nodes;
    expect(cpu).toMatchObject({
      nodeName: 'cpu',
      interLink: { url: 'https://default.example.org:443', tokenFile: '/run/default-token', tls: { certFile: '/c' } },
      node: { labels: { zone: 'a' }, capacity: { cpu: '8', memory: '64Gi' } },
      ping: { intervalSeconds: 7 },
      kubelet: { port: 5820, certificate: { directory: '/certificates/cpu' } },
    });
    expect(gpu).toMatchObject({
      node: { labels: { zone: 'b' }, taints: [{ key: 'gpu' }], capacity: { cpu: '2', memory: '64Gi' } },
      ping: { intervalSeconds: 7 },
      pods: { lostAfterSeconds: 9 },
      kubelet: { port: 7000 },
    });
    expect(far?.kubelet.port).toBe(5822);
  });

  const everyCredential = {
    InterlinkURL: 'https://default.example.org',
    InterlinkPort: 443,
    VKTokenFile: '/default/token',
    TLS: { Enabled: true, CertFile: '/default/tls.crt', KeyFile: '/default/tls.key', CACertFile: '/default/ca.crt' },
    HTTP: { Insecure: true, CaCert: '/default/http-ca.crt' },
    Extensions: {
      OAuth2: {
        TokenURL: 'https://default.example.org/token',
        ClientID: 'default',
        ClientSecretFile: '/default/secret',
        RefreshTokenFile: '/default/refresh',
        CACertFile: '/default/oauth-ca.crt',
      },
    },
  };
  const everyIamName = Object.fromEntries(
    ['TOKEN_ENDPOINT', 'CLIENT_ID', 'CLIENT_SECRET', 'REFRESH_TOKEN', 'GRANT_TYPE', 'VK_AUD'].map((name) => [
      `IAM_${name}`,
      name === 'TOKEN_ENDPOINT'
        ? 'https://default.example.org/iam'
        : name === 'GRANT_TYPE'
          ? 'client_credentials'
          : '/default',
    ]),
  );

  it.each([
    ['nothing of its own', {}],
    ['a token of its own', { VKTokenFile: '/own/token' }],
    ['TLS of its own', { TLS: { Enabled: true, CACertFile: '/own/ca.crt' } }],
    ['other extensions', { Extensions: { LostAfterSeconds: 9 } }],
    [
      'an OAuth client of its own',
      { Extensions: { OAuth2: { TokenURL: 'https://own.example/token', ClientID: 'own' } } },
    ],
  ])('inherit no credential at all for an API of their own, with %s', (_, own) => {
    const entry = { NodeName: 'own', InterlinkURL: 'https://own.example', ...own };
    const file = { ...everyCredential, Nodes: [{ NodeName: 'shared' }, entry] };
    const { config } = load(file, everyIamName);
    const [shared, other] = config.nodes.map(({ interLink }) => JSON.stringify(interLink));
    expect(shared).toContain('/default/secret');
    expect(other).not.toContain('default');
    expect(other).toContain('https://own.example');
  });

  it('do not send the token of the defaults to an API of their own', () => {
    const [, gpu] = load({ ...many, Nodes: nodes }).config.nodes;
    expect(gpu?.interLink).toEqual({ url: 'unix:///run/gpu.sock' });
  });

  it.each([
    [{ Nodes: [] }, /vk\.yaml: Nodes:/],
    [{ Nodes: [{}] }, /vk\.yaml: Nodes\[0\]\.NodeName/],
    [{ Nodes: [{ NodeName: 'a' }, { NodeName: 'a' }] }, /Nodes\[1\]\.NodeName: Nodes\[0\] has the name a already/],
    [
      { Nodes: [{ NodeName: 'a' }, { NodeName: 'b', KubeletPort: 5820 }] },
      /Nodes\[1\]\.KubeletPort: Nodes\[0\] has the port 5820 already/,
    ],
    [{ Nodes: [{ NodeName: 'a', Interlinkurl: 'x' }] }, /unknown key Nodes\[0\]\.Interlinkurl/],
    [{ Nodes: [{ NodeName: 'a', VerboseLogging: true }] }, /unknown key Nodes\[0\]\.VerboseLogging/],
    [{ Nodes: [{ NodeName: 'a', Extensions: { LeaderElection: {} } }] }, /unknown key Nodes\[0\]\.Extensions/],
    [{ Nodes: [{ NodeName: 'a' }, { NodeName: 'b', InterlinkURL: 'b' }] }, /vk\.yaml: Nodes\[1\]: InterlinkURL must/],
    [{ Nodes: [{ NodeName: 'A!' }] }, /Nodes\[0\]\.NodeName: cannot be the name of a node/],
    [{ Nodes: [{ NodeName: 'a', KubeletPort: 70_000 }] }, /Nodes\[0\]\.KubeletPort/],
  ])('an error in %j names its place', (value, message) => {
    expect(() => load(value)).toThrow(message);
  });

  it('warn once of a key that nothing reads, and of NODENAME', () => {
    const { warnings } = load({ Nodes: [{ NodeName: 'a' }] }, { NODENAME: 'x' });
    expect(warnings).toEqual(['vk.yaml: NODENAME has no effect beside Nodes']);
  });
});

describe('the file of one node', () => {
  it('gives one node', () => {
    const { config, warnings } = load({ InterlinkURL: 'http://a', Namespace: 'n' }, { NODENAME: 'hpc' });
    expect(config.nodes.map(({ nodeName, kubelet }) => [nodeName, kubelet.port])).toEqual([['hpc', 5820]]);
    expect(config).not.toHaveProperty('leaderElection');
    expect(warnings).toEqual([]);
  });
});

describe('leader election', () => {
  const elect = (more: Record<string, unknown> = {}) => ({ LeaderElection: { Enabled: true, ...more } });

  it('has the times of client-go, and a lease named after the first node', () => {
    const { config } = load({ Namespace: 'interlink', Extensions: elect() }, { NODENAME: 'hpc' });
    expect(config.leaderElection).toEqual({
      namespace: 'interlink',
      name: 'interlink-hpc',
      leaseDurationSeconds: 15,
      renewDeadlineSeconds: 10,
      retryPeriodSeconds: 2,
    });
  });

  it.each([
    [{ LeaseDurationSeconds: 10 }, /RenewDeadlineSeconds must be less/],
    [{ LeaseDurationSeconds: 12.5 }, /LeaseDurationSeconds must be whole seconds/],
    [{ RetryPeriodSeconds: 9 }, /RetryPeriodSeconds must be/],
    [{ Lease: 1 }, /unknown key Extensions\.LeaderElection\.Lease/],
  ])('refuses %j', (settings, message) => {
    expect(() => load({ Extensions: elect(settings) }, { NODENAME: 'hpc' })).toThrow(message);
  });
});
