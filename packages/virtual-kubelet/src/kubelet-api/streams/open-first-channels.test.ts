import { EventEmitter } from 'node:events';
import { describe, expect, it } from 'vitest';
import { openFirstChannels } from './open-first-channels.ts';

type Socket = Parameters<typeof openFirstChannels>[0];

/** The edge to the network: what was sent. */
class SentMessages extends EventEmitter {
  readonly sent: string[] = [];
  resume(): void {}
  send(data: Uint8Array, sent: () => void): void {
    this.sent.push(Buffer.from(data).toString('utf8'));
    sent();
  }
}

async function sent(channel: number, text: string): Promise<readonly string[]> {
  const socket = new SentMessages();
  const channels = openFirstChannels(socket as unknown as Socket, {
    message: () => undefined,
    closed: () => undefined,
  });
  await channels.send(channel, Buffer.from(text));
  socket.emit('close');
  return socket.sent;
}

describe('the first protocol of remote commands', () => {
  it('passes output on', async () => {
    expect(await sent(1, 'out')).toEqual(['\u0001out']);
  });

  it('says nothing of a success, and words of a failure', async () => {
    expect(await sent(3, '{"status":"Success"}')).toEqual([]);
    expect(await sent(3, '{"status":"Failure","message":"exit code 7"}')).toEqual(['\u0003exit code 7']);
  });
});
