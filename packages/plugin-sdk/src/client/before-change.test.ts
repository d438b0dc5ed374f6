import { silentLogger } from '@interlink/runtime';
import { UnavailableError, type RetrievedPodData } from '@interlink/spec';
import { expect, it } from 'vitest';
import { startForeignServer } from '../testing/foreign-server.ts';
import { sampleData } from '../testing/sample-pod.ts';
import { until } from '../testing/serve.ts';
import { createRemotePlugin } from './create-remote-plugin.ts';

const moreThanConnections = 100;

it('creates that wait for a connection are not sent any more once the caller may not send', async () => {
  let mayAnswer = (): void => undefined;
  const held = new Promise<void>((resolve) => (mayAnswer = resolve));
  await using server = await startForeignServer(({ body }, response) => {
    const { pod } = JSON.parse(body) as RetrievedPodData;
    void held.then(() => response.end(JSON.stringify({ PodUID: pod.metadata?.uid, PodJID: 'job' })));
  });
  let mayNot = false;
  const beforeChange = (): void => {
    if (mayNot) throw new UnavailableError('this replica does not lead any more');
  };
  await using plugin = createRemotePlugin({ url: server.url, logger: silentLogger, beforeChange });
  const creates = Array.from({ length: moreThanConnections }, (_, index) => plugin.create(sampleData(index)));
  const settled = Promise.allSettled(creates);
  // As many as there are connections.
  await until(() => server.requests.length > 0 && server.requests.length === server.connections, 'the first creates');
  mayNot = true;
  mayAnswer();
  const outcomes = await settled;
  const failed = outcomes.filter(({ status }) => status === 'rejected');
  expect(failed.length).toBeGreaterThan(0);
  expect(server.requests.length).toBe(moreThanConnections - failed.length);
  for (const outcome of failed) {
    expect(outcome).toMatchObject({ reason: { message: 'this replica does not lead any more' } });
  }
});
