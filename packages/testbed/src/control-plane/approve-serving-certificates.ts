import { systemClock } from '@interlink/runtime';
import { BackendError, isInterLinkError } from '@interlink/spec';
import type { ApiRequester } from './api-requester.ts';

const servingSigner = 'kubernetes.io/kubelet-serving';
const pollMilliseconds = 500;

interface SigningRequest {
  readonly metadata: { readonly name: string };
  readonly spec: { readonly signerName: string };
  readonly status?: { readonly conditions?: readonly { readonly type: string }[] };
}

/** What approval needs. */
export interface ApprovalOptions {
  readonly request: ApiRequester;
  /** `https://host:port` of the API server. */
  readonly server: string;
  readonly signal: AbortSignal;
}

const path = '/apis/certificates.k8s.io/v1/certificatesigningrequests';

function isUndecided(request: SigningRequest): boolean {
  return request.spec.signerName === servingSigner && (request.status?.conditions ?? []).length === 0;
}

function approved(request: SigningRequest): unknown {
  const condition = { type: 'Approved', status: 'True', reason: 'TestbedApproved', message: 'This is a testbed.' };
  return { ...request, status: { ...request.status, conditions: [condition] } };
}

async function approveAll({ request, server, signal }: ApprovalOptions): Promise<void> {
  const list = await request({ url: `${server}${path}`, signal });
  if (list.status !== 200) throw new BackendError(`the API server answered ${list.status} to a list of CSRs`);
  const items = (JSON.parse(list.body) as { readonly items: readonly SigningRequest[] }).items;
  for (const item of items.filter(isUndecided)) {
    const url = `${server}${path}/${item.metadata.name}/approval`;
    // A conflict means that the request changed under us; the next round sees what became of it.
    await request({ method: 'PUT', url, body: approved(item), signal });
  }
}

/**
 * Approves every request for a kubelet's serving certificate until the signal aborts: the controller manager signs them, but
 * approves none. An API server that is away for a while is waited for.
 */
export async function approveServingCertificates(options: ApprovalOptions): Promise<void> {
  const { signal } = options;
  while (!signal.aborted) {
    await approveAll(options).catch((error: unknown) => {
      if (!signal.aborted && !isInterLinkError(error)) throw error;
    });
    await systemClock.sleep(pollMilliseconds, { signal }).catch(() => undefined); // Aborted: the loop ends.
  }
}
