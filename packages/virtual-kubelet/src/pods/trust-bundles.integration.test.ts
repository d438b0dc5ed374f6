import 'reflect-metadata';
import { BasicConstraintsExtension, X509CertificateGenerator } from '@peculiar/x509';
import { kubernetesSupport } from '@interlink/testbed';
import { describe, expect, it } from 'vitest';
import { eventually } from '../../test/eventually.ts';
import { createFakeInterLink } from '../../test/pods/fake-inter-link.ts';
import { uidOf, usePodLab } from '../../test/pods/use-pod-lab.ts';

const apiVersion = kubernetesSupport('1.33', 'ClusterTrustBundles in beta').available ? 'v1beta1' : 'v1alpha1';

// Kubernetes serves the API from 1.27 on, but only where it is told to until 1.37.
const { client, create, phase, start, told } = usePodLab({
  extraArguments: {
    'kube-apiserver': [
      '--feature-gates=ClusterTrustBundle=true,ClusterTrustBundleProjection=true',
      `--runtime-config=certificates.k8s.io/${apiVersion}/clustertrustbundles=true`,
    ],
  },
});

const collection = `/apis/certificates.k8s.io/${apiVersion}/clustertrustbundles`;
const signerName = 'example.com/signer';
const live = { stage: 'live' };

async function certificate(): Promise<string> {
  const signingAlgorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const keys = await globalThis.crypto.subtle.generateKey(signingAlgorithm, true, ['sign', 'verify']);
  const authority = new BasicConstraintsExtension(true, undefined, true);
  const made = { keys, signingAlgorithm, name: 'CN=authority', extensions: [authority] };
  return (await X509CertificateGenerator.createSelfSigned(made)).toString('pem');
}

async function createBundle(name: string, trustBundle: string, ofSigner?: { readonly labels: object }): Promise<void> {
  const metadata = { name, labels: ofSigner?.labels ?? {} };
  const spec = { trustBundle, ...(ofSigner === undefined ? {} : { signerName }) };
  await client().request({ method: 'POST', path: collection, body: { metadata, spec } });
}

const blocks = (text: string | undefined): string[] => text?.match(/-----BEGIN[^]*?END CERTIFICATE-----/g) ?? [];

describe('a volume of trust bundles', () => {
  it('has the named one, and those of a signer without doubles', async () => {
    const [one, two] = [await certificate(), await certificate()];
    await createBundle('named', one);
    await createBundle('example.com:signer:first', `${one}\n${two}`, { labels: live });
    await createBundle('example.com:signer:second', two, { labels: live });
    await createBundle('example.com:signer:other', await certificate(), { labels: { stage: 'test' } });
    const sources = [
      { clusterTrustBundle: { name: 'named', path: 'named.pem' } },
      { clusterTrustBundle: { signerName, labelSelector: { matchLabels: live }, path: 'signer.pem' } },
      { clusterTrustBundle: { name: 'absent', path: 'absent.pem', optional: true } },
      { clusterTrustBundle: { signerName, path: 'nothing.pem', optional: true } },
    ];
    const fake = createFakeInterLink();
    await start(fake);
    const pod = await create('demo', { volumes: [{ name: 'ca', projected: { sources } }] });
    await phase('demo', 'Running');
    const maps = fake.jobs.get(uidOf(pod))?.request.projectedvolumesmaps;
    const data = maps?.find(({ metadata }) => metadata?.name === 'ca')?.data ?? {};
    expect(blocks(data['named.pem'])).toHaveLength(1);
    expect(blocks(data['signer.pem'])).toHaveLength(2);
    expect(blocks(data['signer.pem'])).toEqual(expect.arrayContaining(blocks(data['named.pem'])));
    expect(data).toMatchObject({ 'absent.pem': '', 'nothing.pem': '' });
  });

  it('is waited for, and sent again when it changes', async () => {
    const fake = createFakeInterLink({ features: ['events', 'list', 'update'] });
    await start(fake, { volumeRefreshSeconds: 0.5 });
    const sources = [{ clusterTrustBundle: { name: 'late', path: 'ca.pem' } }];
    const pod = await create('demo', {
      automountServiceAccountToken: false,
      volumes: [{ name: 'ca', projected: { sources } }],
    });
    await told('Warning FailedMount: MountVolume.SetUp failed for volume "ca" : clustertrustbundle "late" not found');
    await createBundle('late', await certificate());
    await phase('demo', 'Running');
    const sent = fake.jobs.get(uidOf(pod))?.request.projectedvolumesmaps?.[0]?.data?.['ca.pem'];
    const body = { spec: { trustBundle: await certificate() } };
    await client().request({ method: 'PATCH', path: `${collection}/late`, body });
    await eventually(() => fake.updates.length > 0);
    const updated = fake.updates[0]?.projectedvolumesmaps?.[0]?.data?.['ca.pem'];
    expect(blocks(updated)).toHaveLength(1);
    expect(updated).not.toBe(sent);
  });
});
