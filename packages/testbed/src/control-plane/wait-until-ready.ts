import { once } from 'node:events';
import { connect } from 'node:net';
import { isInterLinkError } from '@interlink/spec';
import type { Component } from '../binaries/programs.ts';
import type { ControlPlanePorts } from '../components/component-arguments.ts';
import type { ComponentProcess } from '../components/component-process.ts';
import type { ApiRequester } from './api-requester.ts';
import { pollUntil } from './poll-until.ts';

/** Generous: a machine that builds and tests at the same time is slow. */
const readyTimeoutSeconds = 180;

/** What readiness is asked with. */
export interface ReadinessContext {
  readonly request: ApiRequester;
  readonly ports: ControlPlanePorts;
  readonly signal?: AbortSignal | undefined;
}

async function answersOk(context: ReadinessContext, url: string): Promise<boolean> {
  try {
    return (await context.request({ url, signal: context.signal })).status === 200;
  } catch (error) {
    if (isInterLinkError(error) && error.retryable) return false;
    throw error;
  }
}

async function acceptsConnections(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false; // Refused: nobody listens yet.
  } finally {
    socket.destroy();
  }
}

async function isReady(component: Component, context: ReadinessContext): Promise<boolean> {
  const { ports } = context;
  switch (component) {
    case 'etcd': // Its own health is behind its own certificates, and the API server asks for it.
      return acceptsConnections(ports.etcdClient);
    case 'kube-apiserver':
      return answersOk(context, `https://127.0.0.1:${ports.apiServer}/readyz`);
    case 'kube-controller-manager':
      return answersOk(context, `https://127.0.0.1:${ports.controllerManager}/healthz`);
    case 'kube-scheduler':
      return answersOk(context, `https://127.0.0.1:${ports.scheduler}/healthz`);
  }
}

/** Resolves when a component serves; rejects at once, with the end of its log, when it ends first. */
export async function waitUntilReady(
  component: Component,
  process: ComponentProcess,
  context: ReadinessContext,
): Promise<void> {
  const decided = new AbortController();
  const signal = context.signal === undefined ? decided.signal : AbortSignal.any([context.signal, decided.signal]);
  const ready = pollUntil(() => isReady(component, { ...context, signal }), {
    what: `the start of ${component}`,
    timeoutSeconds: readyTimeoutSeconds,
    signal,
  });
  try {
    await Promise.race([ready, process.ended]);
  } finally {
    decided.abort();
  }
}

/** Resolves when the controllers have made the service account without which no pod can be created. */
export async function waitForDefaultServiceAccount(context: ReadinessContext): Promise<void> {
  const url = `https://127.0.0.1:${context.ports.apiServer}/api/v1/namespaces/default/serviceaccounts/default`;
  await pollUntil(() => answersOk(context, url), {
    what: 'the default service account',
    timeoutSeconds: readyTimeoutSeconds,
    signal: context.signal,
  });
}
