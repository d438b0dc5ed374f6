import { describe, expect, it } from 'vitest';
import { joinTrustAnchors } from './trust-anchors.ts';

function pem(content: string, label = 'CERTIFICATE'): string {
  return `-----BEGIN ${label}-----\n${Buffer.from(content).toString('base64')}\n-----END ${label}-----\n`;
}

describe('joinTrustAnchors', () => {
  it('has each certificate once, in an order that does not depend on the bundles', () => {
    const joined = joinTrustAnchors([`# a comment\n${pem('one')}${pem('two')}`, pem('two')]);
    expect(joined).toBe(joinTrustAnchors([pem('two'), pem('one')]));
    expect(joined.match(/BEGIN CERTIFICATE/g)).toHaveLength(2);
    expect(joined).not.toContain('comment');
  });

  it('keeps what a kubelet would not understand out', () => {
    expect(joinTrustAnchors([pem('key', 'PRIVATE KEY'), 'text'])).toBe('');
    expect(joinTrustAnchors([pem('x'.repeat(300)).replaceAll('\n', '\r\n')])).toMatch(
      /^-----BEGIN CERTIFICATE-----\n.{64}\n/,
    );
  });
});
