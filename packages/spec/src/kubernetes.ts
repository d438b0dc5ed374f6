/**
 * Kubernetes objects as they are in JSON: dates are strings, quantities are strings.
 * @remarks Types only, from `kubernetes-types`; fields of newer API versions that interLink uses are added here.
 */
import type * as core from 'kubernetes-types/core/v1.js';
import type * as meta from 'kubernetes-types/meta/v1.js';

/** `meta/v1.ObjectMeta`. */
export type ObjectMeta = meta.ObjectMeta;
/** `meta/v1.OwnerReference`. */
export type OwnerReference = meta.OwnerReference;

/** A v1.Pod. The typed Go client strips `apiVersion` and `kind`, so both are optional on the wire. */
export type Pod = Omit<core.Pod, 'status'> & { status?: PodStatusV1 };
/** `v1.PodSpec`. */
export type PodSpec = core.PodSpec;
/** `v1.PodStatus`: the status inside a Pod object, not the wire's own `PodStatus`. */
export type PodStatusV1 = core.PodStatus & { observedGeneration?: number };
/** `v1.PodCondition`. */
export type PodCondition = core.PodCondition & { observedGeneration?: number };
/** `v1.Container`. */
export type Container = core.Container;
/** `v1.ContainerPort`. */
export type ContainerPort = core.ContainerPort;
/** `v1.ContainerState`. */
export type ContainerState = core.ContainerState;
/** `v1.ContainerStatus`. */
export type ContainerStatus = core.ContainerStatus;
/** `v1.ContainerStateTerminated`. */
export type ContainerStateTerminated = core.ContainerStateTerminated;
/** `v1.EnvVar`. */
export type EnvVar = core.EnvVar;
/** `v1.EnvFromSource`. */
export type EnvFromSource = core.EnvFromSource;
/** `v1.Volume`. */
export type Volume = core.Volume;
/** `v1.VolumeMount`. */
export type VolumeMount = core.VolumeMount;
/** `v1.VolumeProjection`. */
export type VolumeProjection = core.VolumeProjection;
/** `v1.KeyToPath`. */
export type KeyToPath = core.KeyToPath;
/** `v1.DownwardAPIVolumeFile`. */
export type DownwardAPIVolumeFile = core.DownwardAPIVolumeFile;
/** `v1.ResourceRequirements`. */
export type ResourceRequirements = core.ResourceRequirements;
/** `v1.Probe`. */
export type Probe = core.Probe;
/** `v1.Lifecycle`. */
export type Lifecycle = core.Lifecycle;
/** `v1.Toleration`. */
export type Toleration = core.Toleration;
/** `v1.ConfigMap`. */
export type ConfigMap = core.ConfigMap;
/** `v1.Secret`. */
export type Secret = core.Secret;
/** `v1.Service`. */
export type Service = core.Service;
/** `v1.Namespace`. */
export type Namespace = core.Namespace;
/** `v1.Node`. */
export type Node = core.Node;
/** `v1.NodeCondition`. */
export type NodeCondition = core.NodeCondition;
/** `v1.Taint`. */
export type Taint = core.Taint;
