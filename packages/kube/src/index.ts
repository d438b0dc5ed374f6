export { createKubeClient } from './client/create-kube-client.ts';
export { hasStatus } from './client/map-kube-error.ts';
export { createController } from './control/create-controller.ts';
export { createWorkQueue } from './control/create-work-queue.ts';
export { createInformer, dropManagedFields } from './informer/create-informer.ts';
export { keyOf } from './informer/kube-object.ts';
export { listAll } from './informer/list-all.ts';

export type { KubeClientOptions } from './client/create-kube-client.ts';
export type { KubeClient, KubeRequest, KubeStreamRequest, QueryParameters } from './client/kube-client.ts';
export type { CredentialsSource, KubeCredentials, KubeTlsMaterial } from './client/kube-credentials.ts';
export type { Controller, ControllerOptions, Reconcile, ReconcileResult } from './control/create-controller.ts';
export type { WorkQueue, WorkQueueOptions } from './control/create-work-queue.ts';
export type { ChangeListener, Informer, InformerOptions } from './informer/create-informer.ts';
export type { KubeObject, Selection } from './informer/kube-object.ts';
export type { ListAllOptions, ObjectList } from './informer/list-all.ts';
export type { Change } from './informer/object-store.ts';
