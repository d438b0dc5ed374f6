/**
 * Kubernetes objects as they are in JSON: dates are strings, quantities are strings.
 * @remarks Types only, from `kubernetes-types`; fields of newer API versions that interLink uses are added here.
 */
import type * as core from 'kubernetes-types/core/v1.js';
import type * as meta from 'kubernetes-types/meta/v1.js';

export type ObjectMeta = meta.ObjectMeta;
export type OwnerReference = meta.OwnerReference;

/** A v1.Pod. The typed Go client strips `apiVersion` and `kind`, so both are optional on the wire. */
export type Pod = Omit<core.Pod, 'status'> & { status?: PodStatusV1 };
export type PodSpec = core.PodSpec;
/** `v1.PodStatus`: the status inside a Pod object, not the wire's own `PodStatus`. */
export type PodStatusV1 = core.PodStatus & { observedGeneration?: number };
export type PodCondition = core.PodCondition & { observedGeneration?: number };
export type Container = core.Container;
export type ContainerPort = core.ContainerPort;
export type ContainerState = core.ContainerState;
export type ContainerStatus = core.ContainerStatus;
export type ContainerStateTerminated = core.ContainerStateTerminated;
export type EnvVar = core.EnvVar;
export type EnvFromSource = core.EnvFromSource;
export type Volume = core.Volume;
export type VolumeMount = core.VolumeMount;
export type VolumeProjection = core.VolumeProjection;
export type KeyToPath = core.KeyToPath;
export type DownwardAPIVolumeFile = core.DownwardAPIVolumeFile;
export type ResourceRequirements = core.ResourceRequirements;
export type Probe = core.Probe;
export type Lifecycle = core.Lifecycle;
export type Toleration = core.Toleration;
export type ConfigMap = core.ConfigMap;
export type Secret = core.Secret;
export type Service = core.Service;
export type Namespace = core.Namespace;
export type Node = core.Node;
export type NodeCondition = core.NodeCondition;
export type Taint = core.Taint;
