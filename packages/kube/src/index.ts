export { metadataOnly } from './client/kube-client.ts';
export { createKubeClient } from './client/create-kube-client.ts';
export { fenceKubeClient } from './client/fence-kube-client.ts';
export { hasStatus } from './client/map-kube-error.ts';
export { createController } from './control/create-controller.ts';
export { createWorkQueue } from './control/create-work-queue.ts';
export { createInformer, dropManagedFields } from './informer/create-informer.ts';
export { keyOf } from './informer/kube-object.ts';
export { listAll } from './informer/list-all.ts';
export { requestToken } from './auth/request-token.ts';
export { reviewAccess } from './auth/review-access.ts';
export { reviewToken } from './auth/review-token.ts';
export { createCertificateRequest } from './certificates/create-certificate-request.ts';
export { requestCertificate } from './certificates/request-certificate.ts';
export { createEventRecorder } from './events/create-event-recorder.ts';
export { electLeader } from './lease/elect-leader.ts';
export { keepLease } from './lease/keep-lease.ts';
export { microTime } from './lease/micro-time.ts';

export type { KubeClientOptions } from './client/create-kube-client.ts';
export type {
  ConnectedKubeClient,
  KubeClient,
  KubeRequest,
  KubeStreamRequest,
  QueryParameters,
} from './client/kube-client.ts';
export type { CredentialsSource, KubeCredentials, KubeTlsMaterial } from './client/kube-credentials.ts';
export type { Controller, ControllerOptions, Reconcile, ReconcileResult } from './control/create-controller.ts';
export type { AddOptions, WorkQueue, WorkQueueOptions } from './control/create-work-queue.ts';
export type { ChangeListener, Informer, InformerOptions } from './informer/create-informer.ts';
export type { KubeObject, Selection } from './informer/kube-object.ts';
export type { ListAllOptions, ObjectList } from './informer/list-all.ts';
export type { Change } from './informer/object-store.ts';
export type { KubeUser } from './auth/kube-user.ts';
export type { RequestTokenOptions, ServiceAccountToken } from './auth/request-token.ts';
export type { AccessDecision, ResourceAccess, ReviewAccessOptions } from './auth/review-access.ts';
export type { ReviewTokenOptions } from './auth/review-token.ts';
export type { CertificateRequest, CertificateSubject } from './certificates/create-certificate-request.ts';
export type { IssuedCertificate, RequestCertificateOptions } from './certificates/request-certificate.ts';
export type { EventObject, EventRecorder, EventRecorderOptions } from './events/create-event-recorder.ts';
export type { ElectLeaderOptions } from './lease/elect-leader.ts';
export type { Leadership } from './lease/leadership.ts';
export type { LeaseOptions } from './lease/keep-lease.ts';
