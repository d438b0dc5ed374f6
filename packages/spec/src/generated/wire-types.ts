// Generated from openapi/*.yaml by scripts/generate.ts. Do not edit.
import type { ConfigMap, ContainerStatus, Pod, Secret } from '../kubernetes.ts';

export type paths = Record<string, never>;
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /** @description A Kubernetes v1.Pod as the typed Go client encodes it, without apiVersion and kind. */
        readonly Pod: Pod;
        readonly PodMetadata: {
            readonly name: components["schemas"]["PodName"];
            readonly namespace: components["schemas"]["NamespaceName"];
            readonly uid: components["schemas"]["PodUid"];
            readonly labels?: components["schemas"]["StringMap"];
            readonly annotations?: components["schemas"]["StringMap"];
        };
        /** @description The Pod's UID. A path component in every backend, so only letters, digits, dot, dash and underscore are taken, and it starts with a letter or digit. API servers send a lower-case UUID; static pods a hexadecimal hash. */
        readonly PodUid: string;
        readonly PodName: string;
        readonly NamespaceName: string;
        readonly ContainerName: string;
        readonly StringMap: {
            readonly [key: string]: string;
        } | null;
        readonly ContainerList: readonly {
            readonly name: components["schemas"]["ContainerName"];
            readonly image?: string;
            readonly command?: readonly string[] | null;
            readonly args?: readonly string[] | null;
            readonly workingDir?: string;
            readonly env?: components["schemas"]["EnvList"];
            readonly volumeMounts?: readonly {
                readonly name: string;
                readonly mountPath: string;
                readonly subPath?: string;
                readonly readOnly?: boolean;
            }[] | null;
        }[] | null;
        readonly EnvList: readonly {
            readonly name: string;
            readonly value?: string;
        }[] | null;
        readonly NamedList: readonly {
            readonly name: string;
        }[] | null;
        readonly ConfigMap: ConfigMap;
        readonly Secret: Secret;
        /** @description A Kubernetes v1.ContainerStatus. */
        readonly ContainerStatus: ContainerStatus;
        readonly ContainerStatusList: readonly components["schemas"]["ContainerStatus"][] | null;
        /** @description The answer to a create. PodJID is opaque; the virtual kubelet keeps it in the pod annotation JobID. */
        readonly CreateStruct: {
            readonly PodUID: string;
            readonly PodJID: string;
            /** @description Extension: one sentence for each pod field that the backend ignores, naming the field. */
            readonly warnings?: readonly string[] | null;
        };
        readonly PodStatus: {
            readonly name?: string;
            readonly UID: string;
            readonly namespace?: string;
            readonly JID?: string;
            readonly containers?: components["schemas"]["ContainerStatusList"];
            readonly initContainers?: components["schemas"]["ContainerStatusList"];
            /** @description Extension: the containers that an update added. Absent while there are none. */
            readonly ephemeralContainers?: readonly components["schemas"]["ContainerStatus"][] | null;
            readonly interlink?: components["schemas"]["RemoteState"];
        };
        /** @description Extension: what the backend itself says of the job. Go peers ignore the key. `known`: container states are evidence. `unknown`: the backend could not be asked, the states are the last known ones. `gone`: the backend has no job and no record of the pod, positively. */
        readonly RemoteState: {
            /** @enum {string} */
            readonly state: "known" | "unknown" | "gone";
            /** @description RFC 3339 time from which the state holds. */
            readonly since?: string;
            /** @description A CamelCase word, for conditions and events. */
            readonly reason?: string;
            /** @description One sentence for the pod author. */
            readonly message?: string;
            /** @description RFC 3339 time; the scheduler's estimate. */
            readonly expectedStart?: string;
            /** @description The scheduler's own word for the job's state. */
            readonly jobState?: string;
        };
        readonly PodStatusList: readonly components["schemas"]["PodStatus"][] | null;
        /** @description One line of the NDJSON stream of GET /events. A line without UID is a heartbeat. */
        readonly PodStatusEvent: components["schemas"]["PodStatus"] | components["schemas"]["Heartbeat"];
        readonly Heartbeat: {
            /** @description RFC 3339 time of the sender. */
            readonly heartbeat: string;
        };
        /** @description A pod that the plugin holds a record of. */
        readonly HeldPod: {
            readonly uid: string;
            readonly name: string;
            readonly namespace: string;
            /** @description spec.nodeName of the pod when it was created. */
            readonly node?: string;
            /** @description Annotation interlink.eu/cluster-id of the pod when it was created. */
            readonly cluster?: string;
            readonly jobId?: string;
        };
        readonly HeldPodList: readonly components["schemas"]["HeldPod"][] | null;
        /** @description Zero values mean unset, as Go sends them: Tail 0 is "all lines". `TailLines` is the extension that can say "no line". */
        readonly LogOptions: {
            readonly Tail?: number | null;
            /** @description Extension: the exact number of lines, 0 included. Wins over Tail. */
            readonly TailLines?: number | null;
            readonly Bytes?: number | null;
            /** @description Alias of Bytes, as the Python SDK spells it. */
            readonly LimitBytes?: number | null;
            readonly Timestamps?: boolean | null;
            readonly Follow?: boolean | null;
            readonly Previous?: boolean | null;
            readonly SinceSeconds?: number | null;
            /** @description RFC 3339; 0001-01-01T00:00:00Z means unset. */
            readonly SinceTime?: string | null;
        };
        readonly LogStruct: {
            readonly Namespace: components["schemas"]["NamespaceName"];
            readonly PodUID: components["schemas"]["PodUid"];
            readonly PodName: string;
            readonly ContainerName?: string;
            readonly Opts?: components["schemas"]["LogOptions"] | null;
        };
        /** @description Extension: the query of GET /exec. `command` is repeated, once for the program and once for each argument. With `tty` everything comes on channel 1, and channel 4 may change the size. */
        readonly ExecRequest: {
            readonly namespace: components["schemas"]["NamespaceName"];
            readonly podUid: components["schemas"]["PodUid"];
            readonly podName: components["schemas"]["PodName"];
            readonly containerName: components["schemas"]["ContainerName"];
            readonly command: readonly components["schemas"]["Argument"][];
            readonly tty?: boolean;
            /** @description Whether channel 0 will be used. Without it the command has an empty input. */
            readonly stdin?: boolean;
        };
        /** @description Extension: the query of GET /attach. */
        readonly AttachRequest: {
            readonly namespace: components["schemas"]["NamespaceName"];
            readonly podUid: components["schemas"]["PodUid"];
            readonly podName: components["schemas"]["PodName"];
            readonly containerName: components["schemas"]["ContainerName"];
            readonly tty?: boolean;
            /** @description Whether channel 0 will be used. */
            readonly stdin?: boolean;
        };
        /** @description Extension: the query of GET /portForward. One WebSocket is one connection to the port. */
        readonly PortForwardRequest: {
            readonly namespace: components["schemas"]["NamespaceName"];
            readonly podUid: components["schemas"]["PodUid"];
            readonly podName: components["schemas"]["PodName"];
            readonly port: number;
        };
        /** @description Any text without a NUL character. */
        readonly Argument: string;
        readonly Accelerator: {
            readonly resourceType: string;
            readonly available?: string | number;
        };
        readonly Resources: {
            readonly cpu?: string | number | null;
            readonly memory?: string | number | null;
            readonly pods?: string | number | null;
            readonly accelerators?: readonly components["schemas"]["Accelerator"][] | null;
        };
        readonly Taint: {
            readonly key: string;
            readonly value?: string;
            readonly effect?: string;
        };
        /** @description All keys are optional. taints absent or null: leave the node's taints; an empty list: clear them. A plugin may also answer any text or a list, which means alive without news. */
        readonly PingResponse: {
            readonly status?: string;
            readonly resources?: components["schemas"]["Resources"] | null;
            readonly taints?: readonly components["schemas"]["Taint"][] | null;
            readonly interlink?: components["schemas"]["Announcement"];
        };
        /** @description Extension: what this end of the wire can do beyond the six routes. */
        readonly Announcement: {
            /** @constant */
            readonly version: 1;
            readonly features: readonly string[];
            /** @description Labels that the node should carry, e.g. the container runtime. */
            readonly labels?: {
                readonly [key: string]: string;
            };
            /** @description Names of keys of a CreateExtension that this end makes use of. */
            readonly accepts?: readonly string[];
        };
        /** @description Extension: what goes with a create beyond what the Go components send. Only what the peer named in `accepts` of its announcement. */
        readonly CreateExtension: {
            /** @description The Secrets that spec.imagePullSecrets names, as far as they exist. */
            readonly imagePullSecrets?: readonly components["schemas"]["Secret"][] | null;
        };
        /** @description The body of an error of our own servers. Foreign servers send text. */
        readonly ErrorBody: {
            /** @description One of the ILK_ codes. */
            readonly code: string;
            readonly message: string;
            /** @description The path of the field at fault. */
            readonly field?: string;
        };
        readonly PodCreateRequests: {
            readonly pod: components["schemas"]["Pod"];
            readonly configmaps?: readonly components["schemas"]["ConfigMap"][] | null;
            readonly secrets?: readonly components["schemas"]["Secret"][] | null;
            /** @description One per projected or downwardAPI volume; metadata.name is the volume's name. */
            readonly projectedvolumesmaps?: readonly components["schemas"]["ConfigMap"][] | null;
            readonly jobscriptURL?: string | null;
            readonly interlink?: components["schemas"]["CreateExtension"];
        };
        readonly RetrievedPodData: {
            readonly pod: components["schemas"]["Pod"];
            /** @description Init containers first, then containers, then (in an update) ephemeral containers; matched by name. */
            readonly container?: readonly components["schemas"]["RetrievedContainer"][] | null;
            readonly jobConfig?: components["schemas"]["ScriptBuildConfig"] | null;
            readonly jobScript?: string | null;
            readonly interlink?: components["schemas"]["CreateExtension"];
        };
        readonly RetrievedContainer: {
            readonly name: components["schemas"]["ContainerName"];
            readonly configMaps?: readonly components["schemas"]["ConfigMap"][] | null;
            readonly projectedvolumemaps?: readonly components["schemas"]["ConfigMap"][] | null;
            readonly secrets?: readonly components["schemas"]["Secret"][] | null;
            readonly emptyDirs?: readonly string[] | null;
        };
        /** @description Always on the wire, zero-valued unless a job-script builder is used. */
        readonly ScriptBuildConfig: {
            readonly SingularityHubProxy?: {
                readonly server?: string;
                readonly master_token?: string;
                readonly cache_validity_seconds?: number;
            };
            readonly ApptainerOptions?: {
                readonly executable?: string;
                readonly fakeroot?: boolean;
                readonly containall?: boolean;
                readonly fuseMode?: string;
                readonly noInit?: boolean;
                readonly noHome?: boolean;
                readonly noPrivs?: boolean;
                readonly nvidiaSupport?: boolean;
                readonly cleanenv?: boolean;
                readonly unsquash?: boolean;
            };
            readonly Volumes?: {
                readonly scratch_area?: string;
                readonly apptainer_cachedir?: string;
                readonly image_dir?: string;
                readonly additional_directories_in_path?: readonly string[] | null;
                readonly fuse_sleep_seconds?: number;
            };
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export type operations = Record<string, never>;
