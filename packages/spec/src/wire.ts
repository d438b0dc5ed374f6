/** The bodies of both hops, by their names on the wire. Generated from the OpenAPI documents; every list may be null. */
import type { components } from './generated/wire-types.ts';

type Schemas = components['schemas'];

/** Hop A, `/create` and `/update`: a pod with the objects that its volumes name. */
export type PodCreateRequests = Schemas['PodCreateRequests'];
/** Hop B, `/create` and `/update`: the same, joined per container. */
export type RetrievedPodData = Schemas['RetrievedPodData'];
/** What one container needs, in {@link RetrievedPodData}. */
export type RetrievedContainer = Schemas['RetrievedContainer'];
/** Configuration of a job-script builder; zero-valued unless one is used. */
export type ScriptBuildConfig = Schemas['ScriptBuildConfig'];
/** Extension of a create's body: image pull secrets, for a peer that announced that it makes use of them. */
export type CreateExtension = Schemas['CreateExtension'];
/** The answer to a create. */
export type CreateStruct = Schemas['CreateStruct'];
/** The state of one pod's containers, with what the backend says of the job in its key `interlink`. */
export type PodStatus = Schemas['PodStatus'];
/** Extension in {@link PodStatus}: known, unknown or gone, and why. */
export type RemoteState = Schemas['RemoteState'];
/** One line of `GET /events` that is no status: the sender lives. */
export type Heartbeat = Schemas['Heartbeat'];
/** One line of `GET /events`. */
export type PodStatusEvent = PodStatus | Heartbeat;
/** A pod that the plugin holds a record of. */
export type HeldPod = Schemas['HeldPod'];
/** A request for a container's log. */
export type LogStruct = Schemas['LogStruct'];
/** Options of a log request; zero values mean unset. */
export type LogOptions = Schemas['LogOptions'];
/** The plugin's answer to a ping. */
export type PingResponse = Schemas['PingResponse'];
/** What this end of the wire can do beyond the six routes. */
export type Announcement = Schemas['Announcement'];
/** Body of an error answer of our own servers. */
export type ErrorBody = Schemas['ErrorBody'];

/** True for a line of `GET /events` that carries no status. */
export function isHeartbeat(event: PodStatusEvent): event is Heartbeat {
  return !('UID' in event);
}
