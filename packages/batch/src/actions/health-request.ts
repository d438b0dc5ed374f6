import { InvalidInputError } from '@interlink/spec';

const longestService = 127;
const frameHeaderBytes = 5;
const lengthOffset = 1;
/** Field 1, a text. */
const serviceField = 0x0a;

/** The message of a gRPC call of `grpc.health.v1.Health/Check`: a header of five bytes, then the request in protobuf. */
export function healthRequestFrame(service: string, field: string): Uint8Array {
  const name = Buffer.from(service, 'utf8');
  if (name.length > longestService || service.includes('\0')) {
    throw new InvalidInputError(`${field} must have at most ${longestService} bytes, and no NUL byte`, { field });
  }
  const message = name.length === 0 ? Buffer.alloc(0) : Buffer.concat([Buffer.from([serviceField, name.length]), name]);
  const header = Buffer.alloc(frameHeaderBytes);
  header.writeUInt32BE(message.length, lengthOffset);
  return Buffer.concat([header, message]);
}
