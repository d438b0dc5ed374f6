import { InvalidInputError, type Container, type Lifecycle, type Probe } from '@interlink/spec';
import { healthRequestFrame } from './health-request.ts';
import { httpRequest } from './http-request.ts';
import { checkedHost, resolvePort } from './network-address.ts';

type LifecycleHandler = NonNullable<Lifecycle['postStart']>;

/** What a probe or a hook does. */
export type Handler = Probe | (LifecycleHandler & { readonly sleep?: { readonly seconds: number } });

/** An action as `action.sh` reads it. */
export interface PlannedAction {
  /** A word for the kind of action, and its arguments. */
  readonly words: readonly string[];
  /** For gRPC, which has bytes that no list can hold. */
  readonly frame?: Uint8Array;
}

/** Where a handler stands. */
export interface ActionContext {
  /** Path in the pod, for errors. */
  readonly field: string;
  /** Of the container: a port may be given by its name. */
  readonly ports: NonNullable<Container['ports']>;
}

const localhost = 'localhost';

/**
 * Translates what a probe or hook does. Pure.
 *
 * @throws InvalidInputError naming the field at fault.
 */
export function planAction(handler: Handler, context: ActionContext): PlannedAction {
  const { field, ports } = context;
  const { exec, httpGet, tcpSocket } = handler;
  const grpc = 'grpc' in handler ? handler.grpc : undefined;
  const sleep = 'sleep' in handler ? handler.sleep : undefined;
  const given = [exec, httpGet, tcpSocket, grpc, sleep].filter((one) => one !== undefined);
  if (given.length !== 1) {
    throw new InvalidInputError(`${field} must have exactly one of exec, httpGet, tcpSocket, grpc and sleep`, {
      field,
    });
  }
  if (exec) return planExec(exec.command ?? [], `${field}.exec.command`);
  if (httpGet) return { words: httpRequest(httpGet, { field: `${field}.httpGet`, ports }) };
  if (tcpSocket) {
    const at = `${field}.tcpSocket`;
    const host = checkedHost(tcpSocket.host || localhost, `${at}.host`);
    return { words: ['tcp', host, String(resolvePort(tcpSocket.port, ports, `${at}.port`))] };
  }
  if (sleep) return { words: ['sleep', String(checkedSeconds(sleep.seconds, `${field}.sleep.seconds`))] };
  const port = resolvePort(grpc?.port ?? 0, ports, `${field}.grpc.port`);
  const service = grpc?.service ?? '';
  const frame = healthRequestFrame(service, `${field}.grpc.service`);
  return { words: ['grpc', localhost, String(port), service], frame };
}

function planExec(command: readonly string[], field: string): PlannedAction {
  if (command.length === 0) throw new InvalidInputError(`${field} must not be empty`, { field });
  const bad = command.findIndex((word) => word.includes('\0'));
  if (bad !== -1) throw new InvalidInputError(`${field}[${bad}] contains a NUL byte`, { field: `${field}[${bad}]` });
  return { words: ['exec', ...command] };
}

function checkedSeconds(seconds: number, field: string): number {
  if (Number.isInteger(seconds) && seconds >= 0) return seconds;
  throw new InvalidInputError(`${field} must be a whole number from 0 on`, { field });
}
