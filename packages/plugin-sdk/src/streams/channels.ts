/** The WebSocket subprotocol of exec, attach and portForward, that of Kubernetes' remote commands. */
export const streamProtocol = 'v5.channel.k8s.io';

/** The first byte of each message. */
export const channels = {
  stdin: 0,
  stdout: 1,
  stderr: 2,
  /** A v1.Status in JSON: how it ended. */
  status: 3,
  /** The terminal's size in JSON. */
  resize: 4,
  /** The second byte is the channel whose sender has nothing more to send. */
  close: 255,
} as const;

/** One message without its first byte. */
export interface ChannelMessage {
  readonly channel: number;
  readonly data: Uint8Array;
}
