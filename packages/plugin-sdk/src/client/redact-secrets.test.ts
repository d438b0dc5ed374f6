import type { Pod } from '@interlink/spec';
import { describe, expect, it } from 'vitest';
import { redactSecrets } from './redact-secrets.ts';

const key = '-----BEGIN KEY-----\nMIIBVQIBADANBg\n-----END KEY-----\n';
const encode = (text: string): string => Buffer.from(text).toString('base64');
const env = [
  { name: 'PASSWORD', value: 'correct horse' },
  { name: 'MODE', value: 'quick' },
];
const pod: Pod = { metadata: { uid: 'u' }, spec: { containers: [{ name: 'main', env }] } };
const secret = { data: { password: encode('hunter"22'), key: encode(key), short: encode('yes') } };
const token = { data: { token: 'eyJhbGciOiJSUzI1NiJ9.e30.sig', namespace: 'default' } };
const hopA = { pod, secrets: [secret], projectedvolumesmaps: [token] };
const hopB = {
  pod,
  container: [{ name: 'main', configMaps: null, secrets: [secret], projectedvolumemaps: [token], emptyDirs: null }],
};

describe.each([
  ['hop A', hopA],
  ['hop B', hopB],
])('redactSecrets of %s', (_name, body) => {
  it('leaves nothing of an input that is repeated', () => {
    const text = redactSecrets(`cannot read ${JSON.stringify(body)} or ${JSON.stringify(JSON.stringify(body))}`, body);
    for (const word of ['correct horse', 'eyJhbG', encode(key), encode('hunter"22')]) expect(text).not.toContain(word);
  });

  it.each([
    ['password is hunter"22', 'password is [redacted]'],
    ['password is hunter\\"22', 'password is [redacted]'],
    ['password is hunter\\&#34;22', 'password is [redacted]'],
    ['near MIIBVQIBADANBg', 'near [redacted]'],
    ['PASSWORD=correct horse', 'PASSWORD=[redacted]'],
    ['yes, namespace default, a correct horse, MODE quick', 'yes, namespace default, a correct horse, MODE quick'],
  ])('makes of %s: %s', (text, redacted) => {
    expect(redactSecrets(text, body)).toBe(redacted);
  });
});

describe('redactSecrets of image pull secrets', () => {
  const auths = { h: { auth: encode('user:open "sesame"') }, i: { username: 'user', password: 'swordfish' } };
  const config = JSON.stringify({ auths });
  const body = { pod, interlink: { imagePullSecrets: [{ data: { '.dockerconfigjson': encode(config) } }] } };

  it.each([
    ['wrong password swordfish', 'wrong password [redacted]'],
    ['wrong password open "sesame"', 'wrong password [redacted]'],
    [`Basic ${encode('user:open "sesame"')}`, 'Basic [redacted]'],
    [`in ${config}`, 'in [redacted]'],
    [`in ${encode(config)}`, 'in [redacted]'],
    ['user unknown', 'user unknown'],
  ])('makes of %s: %s', (text, redacted) => {
    expect(redactSecrets(text, body)).toBe(redacted);
  });
});
