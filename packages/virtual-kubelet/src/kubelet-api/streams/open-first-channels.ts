import { channels, openChannelSocket, type ChannelListener, type ChannelSocket } from '@interlink/plugin-sdk';

/** The oldest subprotocol of remote commands; a client that names it gets it through every API server. */
export const firstProtocol = 'channel.k8s.io';

/** A failure in words; undefined for a success. */
function wordsOf(status: string): string | undefined {
  const { status: outcome, message } = JSON.parse(status) as { readonly status?: string; readonly message?: string };
  return outcome === 'Success' ? undefined : (message ?? 'the command failed');
}

/**
 * Channels of the first version: what later became a status in JSON is the text of an error, and nothing is sent of a success, as a kubelet does
 * (`v1WriteStatusFunc` of its streaming server).
 */
export function openFirstChannels(
  socket: Parameters<typeof openChannelSocket>[0],
  listener: ChannelListener,
): ChannelSocket {
  const opened = openChannelSocket(socket, listener);
  return {
    ...opened,
    async send(channel, data) {
      const words = channel === channels.status ? wordsOf(Buffer.from(data).toString('utf8')) : undefined;
      if (words !== undefined) await opened.send(channel, Buffer.from(words));
      else if (channel !== channels.status) await opened.send(channel, data);
    },
  };
}
