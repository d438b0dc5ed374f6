import { createMetrics, type Metrics } from '@interlink/runtime';
import { describe, expect, it } from 'vitest';
import { measureToken, type MeasuredToken } from './measure-token.ts';

const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
const signed = (exp: number): string => `${part({ alg: 'ES256' })}.${part({ exp })}.c2lnbmF0dXJl`;

async function expiryAfter(source: MeasuredToken, metrics: Metrics = createMetrics()): Promise<number | undefined> {
  await measureToken(source, metrics).token?.();
  const metric = metrics.registry.getSingleMetric('interlink_backend_token_expiry_timestamp_seconds');
  return (await metric?.get())?.values[0]?.value;
}

describe('the end of a token', () => {
  it('is what a signed token says, also with a line end from its file', async () => {
    expect(await expiryAfter({ token: () => Promise.resolve(`${signed(1_900_000_000)}\n`) })).toBe(1_900_000_000);
  });

  it('is what the server said that gave it, where that is known', async () => {
    const source = { token: () => Promise.resolve('opaque'), expiresAt: () => 1_900_000_000_000 };
    expect(await expiryAfter(source)).toBe(1_900_000_000);
  });

  it.each(['opaque', 'a.b.c', ''])('is not known of %j', async (token) => {
    expect(await expiryAfter({ token: () => Promise.resolve(token) })).toBeUndefined();
  });

  it('is that of the last token, and gone with it', async () => {
    const metrics = createMetrics();
    let token = signed(1_900_000_000);
    const source = { token: () => Promise.resolve(token) };
    const measured = measureToken(source, metrics);
    const read = async (): Promise<number | undefined> => {
      await measured.token?.();
      const metric = metrics.registry.getSingleMetric('interlink_backend_token_expiry_timestamp_seconds');
      return (await metric?.get())?.values[0]?.value;
    };
    expect(await read()).toBe(1_900_000_000);
    token = signed(2_000_000_000);
    expect(await read()).toBe(2_000_000_000);
    token = 'opaque';
    expect(await read()).toBeUndefined();
  });

  it('of no source of tokens leaves none', () => {
    expect(measureToken({}, createMetrics())).toEqual({});
  });
});
