import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import type { LogStruct } from '@interlink/spec';

/** Asks for a log on a connection of its own; the body is still to be read. */
export async function openLog(url: string, request: LogStruct): Promise<IncomingMessage> {
  const body = JSON.stringify(request);
  const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
  const call = httpRequest(`${url}/getLogs`, { method: 'GET', headers, agent: false });
  call.end(body);
  const [response] = (await once(call, 'response')) as [IncomingMessage];
  if (response.statusCode !== 200) throw new Error(`${url} answered with ${response.statusCode}`);
  return response;
}

/** Reads to the end and gives the number of bytes. */
export async function countBytes(stream: IncomingMessage | Socket): Promise<number> {
  let bytes = 0;
  stream.on('data', (chunk: Buffer) => (bytes += chunk.length));
  await once(stream, 'end');
  return bytes;
}

/** The file as `cat` writes it into a socket, the least that any server can need: gives the number of bytes. */
export async function countBareCat(file: string): Promise<number> {
  const server = createServer((socket) => {
    // The descriptor itself: nothing of it passes through this process.
    spawn('cat', [file], { stdio: ['ignore', socket, 'inherit'] }).once('exit', () => socket.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  const bytes = await countBytes(socket);
  server.close();
  return bytes;
}
