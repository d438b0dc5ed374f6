// Generated from openapi/*.yaml by scripts/generate.ts. Do not edit.

import type { OpenApiDocument } from '../open-api-document.ts';

/** OpenAPI 3.1 document of hop A: virtual kubelet to interLink API server. */
export const interLinkApiDocument: OpenApiDocument = {
  "openapi": "3.1.0",
  "info": {
    "title": "interLink API (hop A)",
    "version": "1.0.0",
    "license": {
      "name": "Apache-2.0",
      "identifier": "Apache-2.0"
    },
    "description": "What a virtual kubelet asks of an interLink API server. The paths, methods and bodies are those on the wire of the Go components; any method is accepted on a known path, and GET carries a JSON body. `x-extension` marks what only a peer that announced the feature in its ping may be asked."
  },
  "security": [
    {},
    {
      "bearer": []
    },
    {
      "mutualTls": []
    }
  ],
  "paths": {
    "/pinglink": {
      "post": {
        "operationId": "ping",
        "responses": {
          "200": {
            "description": "Alive. Text, a list, or a PingResponse.",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/PingResponse"
                }
              },
              "text/plain": {
                "schema": {
                  "type": "string"
                }
              }
            }
          },
          "default": {
            "$ref": "#/components/responses/Error"
          }
        }
      }
    },
    "/create": {
      "post": {
        "operationId": "create",
        "requestBody": {
          "required": true,
          "content": {
            "application/json": {
              "schema": {
                "$ref": "#/components/schemas/PodCreateRequests"
              }
            }
          }
        },
        "responses": {
          "200": {
            "description": "The job is queued, or was before (idempotent by pod UID).",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/CreateStruct"
                }
              }
            }
          },
          "default": {
            "$ref": "#/components/responses/Error"
          }
        }
      }
    },
    "/delete": {
      "delete": {
        "operationId": "delete",
        "requestBody": {
          "required": true,
          "content": {
            "application/json": {
              "schema": {
                "$ref": "#/components/schemas/Pod"
              }
            }
          }
        },
        "responses": {
          "200": {
            "description": "Accepted",
            "content": {
              "text/plain": {
                "schema": {
                  "type": "string"
                }
              }
            }
          },
          "default": {
            "$ref": "#/components/responses/Error"
          }
        }
      }
    },
    "/status": {
      "get": {
        "operationId": "status",
        "requestBody": {
          "required": true,
          "content": {
            "application/json": {
              "schema": {
                "type": [
                  "array",
                  "null"
                ],
                "items": {
                  "$ref": "#/components/schemas/Pod"
                }
              }
            }
          }
        },
        "responses": {
          "200": {
            "description": "In the order of the request; all cached entries for an empty request.",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/PodStatusList"
                }
              }
            }
          },
          "default": {
            "$ref": "#/components/responses/Error"
          }
        }
      }
    },
    "/getLogs": {
      "get": {
        "operationId": "logs",
        "requestBody": {
          "required": true,
          "content": {
            "application/json": {
              "schema": {
                "$ref": "#/components/schemas/LogStruct"
              }
            }
          }
        },
        "responses": {
          "200": {
            "description": "Raw log bytes",
            "content": {
              "application/octet-stream": {
                "schema": {
                  "type": "string",
                  "format": "binary"
                }
              }
            }
          },
          "default": {
            "$ref": "#/components/responses/Error"
          }
        }
      }
    },
    "/updateCache": {
      "post": {
        "operationId": "updateCache",
        "requestBody": {
          "required": true,
          "content": {
            "text/plain": {
              "schema": {
                "type": "string",
                "description": "A pod UID, or a Pod as JSON."
              }
            }
          }
        },
        "responses": {
          "200": {
            "description": "Updated cache",
            "content": {
              "text/plain": {
                "schema": {
                  "type": "string"
                }
              }
            }
          },
          "default": {
            "$ref": "#/components/responses/Error"
          }
        }
      }
    },
    "/pods": {
      "get": {
        "operationId": "list",
        "x-extension": "list",
        "responses": {
          "200": {
            "description": "Pods the plugin holds",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/HeldPodList"
                }
              }
            }
          },
          "default": {
            "$ref": "#/components/responses/Error"
          }
        }
      }
    },
    "/update": {
      "post": {
        "operationId": "update",
        "x-extension": "update",
        "description": "Brings what changed in a pod that is held: contents of volumes, image pull secrets, ephemeral containers. The whole pod every time, as a create carries it; a volume whose object is missing keeps what it has. 404 for an unknown pod, 409 for one that has ended or is being deleted.",
        "requestBody": {
          "required": true,
          "content": {
            "application/json": {
              "schema": {
                "$ref": "#/components/schemas/PodCreateRequests"
              }
            }
          }
        },
        "responses": {
          "200": {
            "description": "The new state is durable",
            "content": {
              "text/plain": {
                "schema": {
                  "type": "string"
                }
              }
            }
          },
          "default": {
            "$ref": "#/components/responses/Error"
          }
        }
      }
    },
    "/events": {
      "get": {
        "operationId": "watch",
        "x-extension": "events",
        "responses": {
          "200": {
            "description": "Status changes",
            "content": {
              "application/x-ndjson": {
                "schema": {
                  "$ref": "#/components/schemas/PodStatusEvent"
                }
              }
            }
          },
          "default": {
            "$ref": "#/components/responses/Error"
          }
        }
      }
    },
    "/exec": {
      "get": {
        "operationId": "exec",
        "x-extension": "exec",
        "description": "Runs a command in a running container. A WebSocket with the subprotocol v5.channel.k8s.io: every message is binary and its first byte is the channel. 0 standard input, 1 standard output, 2 standard error, 3 the end as a v1.Status in JSON, 4 the size of the terminal as {\"Width\":80,\"Height\":24}. The message of the two bytes 255 and 0 ends the standard input. The Status is that of a kubelet: Success, or Failure with the reason NonZeroExitCode and the cause ExitCode; an error of the error set has its code as the reason of a cause.",
        "parameters": [
          {
            "in": "query",
            "name": "namespace",
            "required": true,
            "schema": {
              "$ref": "#/components/schemas/ExecRequest/properties/namespace"
            }
          },
          {
            "in": "query",
            "name": "podUid",
            "required": true,
            "schema": {
              "$ref": "#/components/schemas/ExecRequest/properties/podUid"
            }
          },
          {
            "in": "query",
            "name": "podName",
            "required": true,
            "schema": {
              "$ref": "#/components/schemas/ExecRequest/properties/podName"
            }
          },
          {
            "in": "query",
            "name": "containerName",
            "required": true,
            "schema": {
              "$ref": "#/components/schemas/ExecRequest/properties/containerName"
            }
          },
          {
            "in": "query",
            "name": "command",
            "required": true,
            "schema": {
              "$ref": "#/components/schemas/ExecRequest/properties/command"
            }
          },
          {
            "in": "query",
            "name": "tty",
            "schema": {
              "$ref": "#/components/schemas/ExecRequest/properties/tty"
            }
          },
          {
            "in": "query",
            "name": "stdin",
            "schema": {
              "$ref": "#/components/schemas/ExecRequest/properties/stdin"
            }
          }
        ],
        "responses": {
          "101": {
            "description": "The WebSocket is open. What fails from here on is a Status on channel 3."
          },
          "default": {
            "$ref": "#/components/responses/Error"
          }
        }
      }
    },
    "/attach": {
      "get": {
        "operationId": "attach",
        "x-extension": "attach",
        "description": "What a running container writes from now on, and its standard input, framed as in /exec. Success when the container has ended.",
        "parameters": [
          {
            "in": "query",
            "name": "namespace",
            "required": true,
            "schema": {
              "$ref": "#/components/schemas/AttachRequest/properties/namespace"
            }
          },
          {
            "in": "query",
            "name": "podUid",
            "required": true,
            "schema": {
              "$ref": "#/components/schemas/AttachRequest/properties/podUid"
            }
          },
          {
            "in": "query",
            "name": "podName",
            "required": true,
            "schema": {
              "$ref": "#/components/schemas/AttachRequest/properties/podName"
            }
          },
          {
            "in": "query",
            "name": "containerName",
            "required": true,
            "schema": {
              "$ref": "#/components/schemas/AttachRequest/properties/containerName"
            }
          },
          {
            "in": "query",
            "name": "tty",
            "schema": {
              "$ref": "#/components/schemas/AttachRequest/properties/tty"
            }
          },
          {
            "in": "query",
            "name": "stdin",
            "schema": {
              "$ref": "#/components/schemas/AttachRequest/properties/stdin"
            }
          }
        ],
        "responses": {
          "101": {
            "description": "The WebSocket is open. What fails from here on is a Status on channel 3."
          },
          "default": {
            "$ref": "#/components/responses/Error"
          }
        }
      }
    },
    "/portForward": {
      "get": {
        "operationId": "portForward",
        "x-extension": "portForward",
        "description": "One connection to a port of the pod, framed as in /exec: channel 0 is what goes to the port, channel 1 what comes from it. The two bytes 255 and 0 end the sending half; Success on channel 3 when the port has closed the connection.",
        "parameters": [
          {
            "in": "query",
            "name": "namespace",
            "required": true,
            "schema": {
              "$ref": "#/components/schemas/PortForwardRequest/properties/namespace"
            }
          },
          {
            "in": "query",
            "name": "podUid",
            "required": true,
            "schema": {
              "$ref": "#/components/schemas/PortForwardRequest/properties/podUid"
            }
          },
          {
            "in": "query",
            "name": "podName",
            "required": true,
            "schema": {
              "$ref": "#/components/schemas/PortForwardRequest/properties/podName"
            }
          },
          {
            "in": "query",
            "name": "port",
            "required": true,
            "schema": {
              "$ref": "#/components/schemas/PortForwardRequest/properties/port"
            }
          }
        ],
        "responses": {
          "101": {
            "description": "The WebSocket is open. What fails from here on is a Status on channel 3."
          },
          "default": {
            "$ref": "#/components/responses/Error"
          }
        }
      }
    }
  },
  "components": {
    "securitySchemes": {
      "bearer": {
        "type": "http",
        "scheme": "bearer"
      },
      "mutualTls": {
        "type": "mutualTLS"
      }
    },
    "responses": {
      "Error": {
        "description": "Anything but success. Our servers send an ErrorBody; Go servers send text.",
        "content": {
          "application/json": {
            "schema": {
              "$ref": "#/components/schemas/ErrorBody"
            }
          },
          "text/plain": {
            "schema": {
              "type": "string"
            }
          }
        }
      }
    },
    "schemas": {
      "Pod": {
        "description": "A Kubernetes v1.Pod as the typed Go client encodes it, without apiVersion and kind.",
        "type": "object",
        "x-typescript": "Pod",
        "required": [
          "metadata"
        ],
        "properties": {
          "metadata": {
            "$ref": "#/components/schemas/PodMetadata"
          },
          "spec": {
            "type": [
              "object",
              "null"
            ],
            "properties": {
              "containers": {
                "$ref": "#/components/schemas/ContainerList"
              },
              "initContainers": {
                "$ref": "#/components/schemas/ContainerList"
              },
              "ephemeralContainers": {
                "$ref": "#/components/schemas/ContainerList"
              },
              "volumes": {
                "$ref": "#/components/schemas/NamedList"
              }
            }
          },
          "status": {
            "type": [
              "object",
              "null"
            ]
          }
        }
      },
      "PodMetadata": {
        "type": "object",
        "required": [
          "name",
          "namespace",
          "uid"
        ],
        "properties": {
          "name": {
            "$ref": "#/components/schemas/PodName"
          },
          "namespace": {
            "$ref": "#/components/schemas/NamespaceName"
          },
          "uid": {
            "$ref": "#/components/schemas/PodUid"
          },
          "labels": {
            "$ref": "#/components/schemas/StringMap"
          },
          "annotations": {
            "$ref": "#/components/schemas/StringMap"
          }
        }
      },
      "PodUid": {
        "description": "The Pod's UID. A path component in every backend, so only letters, digits, dot, dash and underscore are taken, and it starts with a letter or digit. API servers send a lower-case UUID; static pods a hexadecimal hash.",
        "type": "string",
        "minLength": 1,
        "maxLength": 128,
        "pattern": "^[A-Za-z0-9][A-Za-z0-9._-]*$"
      },
      "PodName": {
        "type": "string",
        "minLength": 1,
        "maxLength": 253,
        "pattern": "^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$"
      },
      "NamespaceName": {
        "type": "string",
        "minLength": 1,
        "maxLength": 63,
        "pattern": "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$"
      },
      "ContainerName": {
        "type": "string",
        "minLength": 1,
        "maxLength": 63,
        "pattern": "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$"
      },
      "StringMap": {
        "type": [
          "object",
          "null"
        ],
        "additionalProperties": {
          "type": "string"
        }
      },
      "ContainerList": {
        "type": [
          "array",
          "null"
        ],
        "items": {
          "type": "object",
          "required": [
            "name"
          ],
          "properties": {
            "name": {
              "$ref": "#/components/schemas/ContainerName"
            },
            "image": {
              "type": "string"
            },
            "command": {
              "type": [
                "array",
                "null"
              ],
              "items": {
                "type": "string"
              }
            },
            "args": {
              "type": [
                "array",
                "null"
              ],
              "items": {
                "type": "string"
              }
            },
            "workingDir": {
              "type": "string"
            },
            "env": {
              "$ref": "#/components/schemas/EnvList"
            },
            "volumeMounts": {
              "type": [
                "array",
                "null"
              ],
              "items": {
                "type": "object",
                "required": [
                  "name",
                  "mountPath"
                ],
                "properties": {
                  "name": {
                    "type": "string",
                    "minLength": 1
                  },
                  "mountPath": {
                    "type": "string",
                    "minLength": 1
                  },
                  "subPath": {
                    "type": "string"
                  },
                  "readOnly": {
                    "type": "boolean"
                  }
                }
              }
            }
          }
        }
      },
      "EnvList": {
        "type": [
          "array",
          "null"
        ],
        "items": {
          "type": "object",
          "required": [
            "name"
          ],
          "properties": {
            "name": {
              "type": "string",
              "minLength": 1,
              "pattern": "^[^=\\u0000]+$"
            },
            "value": {
              "type": "string",
              "pattern": "^[^\\u0000]*$"
            }
          }
        }
      },
      "NamedList": {
        "type": [
          "array",
          "null"
        ],
        "items": {
          "type": "object",
          "required": [
            "name"
          ],
          "properties": {
            "name": {
              "type": "string",
              "minLength": 1
            }
          }
        }
      },
      "ConfigMap": {
        "type": "object",
        "x-typescript": "ConfigMap",
        "properties": {
          "metadata": {
            "type": [
              "object",
              "null"
            ]
          },
          "data": {
            "$ref": "#/components/schemas/StringMap"
          },
          "binaryData": {
            "$ref": "#/components/schemas/StringMap"
          }
        }
      },
      "Secret": {
        "type": "object",
        "x-typescript": "Secret",
        "properties": {
          "metadata": {
            "type": [
              "object",
              "null"
            ]
          },
          "data": {
            "$ref": "#/components/schemas/StringMap"
          },
          "stringData": {
            "$ref": "#/components/schemas/StringMap"
          },
          "type": {
            "type": "string"
          }
        }
      },
      "ContainerStatus": {
        "description": "A Kubernetes v1.ContainerStatus.",
        "type": "object",
        "x-typescript": "ContainerStatus",
        "required": [
          "name"
        ],
        "properties": {
          "name": {
            "type": "string",
            "minLength": 1
          },
          "state": {
            "type": [
              "object",
              "null"
            ]
          },
          "lastState": {
            "type": [
              "object",
              "null"
            ]
          },
          "ready": {
            "type": [
              "boolean",
              "null"
            ]
          },
          "restartCount": {
            "type": [
              "integer",
              "null"
            ]
          }
        }
      },
      "ContainerStatusList": {
        "type": [
          "array",
          "null"
        ],
        "items": {
          "$ref": "#/components/schemas/ContainerStatus"
        }
      },
      "CreateStruct": {
        "description": "The answer to a create. PodJID is opaque; the virtual kubelet keeps it in the pod annotation JobID.",
        "type": "object",
        "required": [
          "PodUID",
          "PodJID"
        ],
        "properties": {
          "PodUID": {
            "type": "string"
          },
          "PodJID": {
            "type": "string"
          },
          "warnings": {
            "type": [
              "array",
              "null"
            ],
            "description": "Extension: one sentence for each pod field that the backend ignores, naming the field.",
            "items": {
              "type": "string"
            }
          }
        }
      },
      "PodStatus": {
        "type": "object",
        "required": [
          "UID"
        ],
        "properties": {
          "name": {
            "type": "string"
          },
          "UID": {
            "type": "string"
          },
          "namespace": {
            "type": "string"
          },
          "JID": {
            "type": "string"
          },
          "containers": {
            "$ref": "#/components/schemas/ContainerStatusList"
          },
          "initContainers": {
            "$ref": "#/components/schemas/ContainerStatusList"
          },
          "ephemeralContainers": {
            "type": [
              "array",
              "null"
            ],
            "description": "Extension: the containers that an update added. Absent while there are none.",
            "items": {
              "$ref": "#/components/schemas/ContainerStatus"
            }
          },
          "interlink": {
            "$ref": "#/components/schemas/RemoteState"
          }
        }
      },
      "RemoteState": {
        "description": "Extension: what the backend itself says of the job. Go peers ignore the key. `known`: container states are evidence. `unknown`: the backend could not be asked, the states are the last known ones. `gone`: the backend has no job and no record of the pod, positively.",
        "type": "object",
        "required": [
          "state"
        ],
        "properties": {
          "state": {
            "type": "string",
            "enum": [
              "known",
              "unknown",
              "gone"
            ]
          },
          "since": {
            "type": "string",
            "description": "RFC 3339 time from which the state holds."
          },
          "reason": {
            "type": "string",
            "description": "A CamelCase word, for conditions and events."
          },
          "message": {
            "type": "string",
            "description": "One sentence for the pod author."
          },
          "expectedStart": {
            "type": "string",
            "description": "RFC 3339 time; the scheduler's estimate."
          },
          "jobState": {
            "type": "string",
            "description": "The scheduler's own word for the job's state."
          }
        }
      },
      "PodStatusList": {
        "type": [
          "array",
          "null"
        ],
        "items": {
          "$ref": "#/components/schemas/PodStatus"
        }
      },
      "PodStatusEvent": {
        "description": "One line of the NDJSON stream of GET /events. A line without UID is a heartbeat.",
        "anyOf": [
          {
            "$ref": "#/components/schemas/PodStatus"
          },
          {
            "$ref": "#/components/schemas/Heartbeat"
          }
        ]
      },
      "Heartbeat": {
        "type": "object",
        "required": [
          "heartbeat"
        ],
        "properties": {
          "heartbeat": {
            "type": "string",
            "description": "RFC 3339 time of the sender."
          }
        }
      },
      "HeldPod": {
        "description": "A pod that the plugin holds a record of.",
        "type": "object",
        "required": [
          "uid",
          "name",
          "namespace"
        ],
        "properties": {
          "uid": {
            "type": "string"
          },
          "name": {
            "type": "string"
          },
          "namespace": {
            "type": "string"
          },
          "node": {
            "type": "string",
            "description": "spec.nodeName of the pod when it was created."
          },
          "cluster": {
            "type": "string",
            "description": "Annotation interlink.eu/cluster-id of the pod when it was created."
          },
          "jobId": {
            "type": "string"
          }
        }
      },
      "HeldPodList": {
        "type": [
          "array",
          "null"
        ],
        "items": {
          "$ref": "#/components/schemas/HeldPod"
        }
      },
      "LogOptions": {
        "description": "Zero values mean unset, as Go sends them: Tail 0 is \"all lines\". `TailLines` is the extension that can say \"no line\".",
        "type": "object",
        "properties": {
          "Tail": {
            "type": [
              "integer",
              "null"
            ],
            "minimum": 0
          },
          "TailLines": {
            "type": [
              "integer",
              "null"
            ],
            "minimum": 0,
            "description": "Extension: the exact number of lines, 0 included. Wins over Tail."
          },
          "Bytes": {
            "type": [
              "integer",
              "null"
            ],
            "minimum": 0
          },
          "LimitBytes": {
            "type": [
              "integer",
              "null"
            ],
            "minimum": 0,
            "description": "Alias of Bytes, as the Python SDK spells it."
          },
          "Timestamps": {
            "type": [
              "boolean",
              "null"
            ]
          },
          "Follow": {
            "type": [
              "boolean",
              "null"
            ]
          },
          "Previous": {
            "type": [
              "boolean",
              "null"
            ]
          },
          "SinceSeconds": {
            "type": [
              "integer",
              "null"
            ],
            "minimum": 0
          },
          "SinceTime": {
            "type": [
              "string",
              "null"
            ],
            "description": "RFC 3339; 0001-01-01T00:00:00Z means unset."
          }
        }
      },
      "LogStruct": {
        "type": "object",
        "required": [
          "Namespace",
          "PodUID",
          "PodName"
        ],
        "properties": {
          "Namespace": {
            "$ref": "#/components/schemas/NamespaceName"
          },
          "PodUID": {
            "$ref": "#/components/schemas/PodUid"
          },
          "PodName": {
            "type": "string"
          },
          "ContainerName": {
            "type": "string",
            "pattern": "^([a-z0-9]([-a-z0-9]*[a-z0-9])?)?$",
            "maxLength": 63
          },
          "Opts": {
            "anyOf": [
              {
                "$ref": "#/components/schemas/LogOptions"
              },
              {
                "type": "null"
              }
            ]
          }
        }
      },
      "ExecRequest": {
        "description": "Extension: the query of GET /exec. `command` is repeated, once for the program and once for each argument. With `tty` everything comes on channel 1, and channel 4 may change the size.",
        "type": "object",
        "required": [
          "namespace",
          "podUid",
          "podName",
          "containerName",
          "command"
        ],
        "properties": {
          "namespace": {
            "$ref": "#/components/schemas/NamespaceName"
          },
          "podUid": {
            "$ref": "#/components/schemas/PodUid"
          },
          "podName": {
            "$ref": "#/components/schemas/PodName"
          },
          "containerName": {
            "$ref": "#/components/schemas/ContainerName"
          },
          "command": {
            "type": "array",
            "minItems": 1,
            "maxItems": 4096,
            "items": {
              "$ref": "#/components/schemas/Argument"
            }
          },
          "tty": {
            "type": "boolean"
          },
          "stdin": {
            "type": "boolean",
            "description": "Whether channel 0 will be used. Without it the command has an empty input."
          }
        }
      },
      "AttachRequest": {
        "description": "Extension: the query of GET /attach.",
        "type": "object",
        "required": [
          "namespace",
          "podUid",
          "podName",
          "containerName"
        ],
        "properties": {
          "namespace": {
            "$ref": "#/components/schemas/NamespaceName"
          },
          "podUid": {
            "$ref": "#/components/schemas/PodUid"
          },
          "podName": {
            "$ref": "#/components/schemas/PodName"
          },
          "containerName": {
            "$ref": "#/components/schemas/ContainerName"
          },
          "tty": {
            "type": "boolean"
          },
          "stdin": {
            "type": "boolean",
            "description": "Whether channel 0 will be used."
          }
        }
      },
      "PortForwardRequest": {
        "description": "Extension: the query of GET /portForward. One WebSocket is one connection to the port.",
        "type": "object",
        "required": [
          "namespace",
          "podUid",
          "podName",
          "port"
        ],
        "properties": {
          "namespace": {
            "$ref": "#/components/schemas/NamespaceName"
          },
          "podUid": {
            "$ref": "#/components/schemas/PodUid"
          },
          "podName": {
            "$ref": "#/components/schemas/PodName"
          },
          "port": {
            "type": "integer",
            "minimum": 1,
            "maximum": 65535
          }
        }
      },
      "Argument": {
        "type": "string",
        "pattern": "^[^\\u0000]*$",
        "description": "Any text without a NUL character."
      },
      "Accelerator": {
        "type": "object",
        "required": [
          "resourceType"
        ],
        "properties": {
          "resourceType": {
            "type": "string"
          },
          "available": {
            "type": [
              "string",
              "integer"
            ]
          }
        }
      },
      "Resources": {
        "type": "object",
        "properties": {
          "cpu": {
            "type": [
              "string",
              "number",
              "null"
            ]
          },
          "memory": {
            "type": [
              "string",
              "number",
              "null"
            ]
          },
          "pods": {
            "type": [
              "string",
              "number",
              "null"
            ]
          },
          "accelerators": {
            "type": [
              "array",
              "null"
            ],
            "items": {
              "$ref": "#/components/schemas/Accelerator"
            }
          }
        }
      },
      "Taint": {
        "type": "object",
        "required": [
          "key"
        ],
        "properties": {
          "key": {
            "type": "string"
          },
          "value": {
            "type": "string"
          },
          "effect": {
            "type": "string"
          }
        }
      },
      "PingResponse": {
        "description": "All keys are optional. taints absent or null: leave the node's taints; an empty list: clear them. A plugin may also answer any text or a list, which means alive without news.",
        "type": "object",
        "properties": {
          "status": {
            "type": "string"
          },
          "resources": {
            "anyOf": [
              {
                "$ref": "#/components/schemas/Resources"
              },
              {
                "type": "null"
              }
            ]
          },
          "taints": {
            "type": [
              "array",
              "null"
            ],
            "items": {
              "$ref": "#/components/schemas/Taint"
            }
          },
          "interlink": {
            "$ref": "#/components/schemas/Announcement"
          }
        }
      },
      "Announcement": {
        "description": "Extension: what this end of the wire can do beyond the six routes.",
        "type": "object",
        "required": [
          "version",
          "features"
        ],
        "properties": {
          "version": {
            "type": "integer",
            "const": 1
          },
          "features": {
            "type": "array",
            "items": {
              "type": "string"
            }
          },
          "labels": {
            "type": "object",
            "additionalProperties": {
              "type": "string"
            },
            "description": "Labels that the node should carry, e.g. the container runtime."
          },
          "accepts": {
            "type": "array",
            "items": {
              "type": "string"
            },
            "description": "Names of keys of a CreateExtension that this end makes use of."
          }
        }
      },
      "CreateExtension": {
        "description": "Extension: what goes with a create beyond what the Go components send. Only what the peer named in `accepts` of its announcement.",
        "type": "object",
        "properties": {
          "imagePullSecrets": {
            "type": [
              "array",
              "null"
            ],
            "description": "The Secrets that spec.imagePullSecrets names, as far as they exist.",
            "items": {
              "$ref": "#/components/schemas/Secret"
            }
          }
        }
      },
      "ErrorBody": {
        "description": "The body of an error of our own servers. Foreign servers send text.",
        "type": "object",
        "required": [
          "code",
          "message"
        ],
        "properties": {
          "code": {
            "type": "string",
            "description": "One of the ILK_ codes."
          },
          "message": {
            "type": "string"
          },
          "field": {
            "type": "string",
            "description": "The path of the field at fault."
          }
        }
      },
      "PodCreateRequests": {
        "type": "object",
        "required": [
          "pod"
        ],
        "properties": {
          "pod": {
            "$ref": "#/components/schemas/Pod"
          },
          "configmaps": {
            "type": [
              "array",
              "null"
            ],
            "items": {
              "$ref": "#/components/schemas/ConfigMap"
            }
          },
          "secrets": {
            "type": [
              "array",
              "null"
            ],
            "items": {
              "$ref": "#/components/schemas/Secret"
            }
          },
          "projectedvolumesmaps": {
            "type": [
              "array",
              "null"
            ],
            "description": "One per projected or downwardAPI volume; metadata.name is the volume's name.",
            "items": {
              "$ref": "#/components/schemas/ConfigMap"
            }
          },
          "jobscriptURL": {
            "type": [
              "string",
              "null"
            ]
          },
          "interlink": {
            "$ref": "#/components/schemas/CreateExtension"
          }
        }
      }
    }
  }
};

/** OpenAPI 3.1 document of hop B: interLink API server to plugin. */
export const pluginApiDocument: OpenApiDocument = {
  "openapi": "3.1.0",
  "info": {
    "title": "interLink plugin API (hop B)",
    "version": "1.0.0",
    "license": {
      "name": "Apache-2.0",
      "identifier": "Apache-2.0"
    },
    "description": "What an interLink API server asks of a plugin. The ping is GET /status with an empty list. Any method is accepted on a known path, and GET carries a JSON body."
  },
  "security": [
    {},
    {
      "bearer": []
    },
    {
      "mutualTls": []
    }
  ],
  "paths": {
    "/create": {
      "post": {
        "operationId": "create",
        "requestBody": {
          "required": true,
          "content": {
            "application/json": {
              "schema": {
                "$ref": "#/components/schemas/RetrievedPodData"
              }
            }
          }
        },
        "responses": {
          "200": {
            "description": "The job is queued, or was before (idempotent by pod UID).",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/CreateStruct"
                }
              }
            }
          },
          "default": {
            "$ref": "#/components/responses/Error"
          }
        }
      }
    },
    "/delete": {
      "post": {
        "operationId": "delete",
        "requestBody": {
          "required": true,
          "content": {
            "application/json": {
              "schema": {
                "$ref": "#/components/schemas/Pod"
              }
            }
          }
        },
        "responses": {
          "200": {
            "description": "Accepted",
            "content": {
              "text/plain": {
                "schema": {
                  "type": "string"
                }
              }
            }
          },
          "default": {
            "$ref": "#/components/responses/Error"
          }
        }
      }
    },
    "/status": {
      "get": {
        "operationId": "status",
        "requestBody": {
          "required": true,
          "content": {
            "application/json": {
              "schema": {
                "type": [
                  "array",
                  "null"
                ],
                "items": {
                  "$ref": "#/components/schemas/Pod"
                }
              }
            }
          }
        },
        "responses": {
          "200": {
            "description": "One entry for every pod asked; for an empty list a PingResponse, a list or text.",
            "content": {
              "application/json": {
                "schema": {
                  "anyOf": [
                    {
                      "$ref": "#/components/schemas/PodStatusList"
                    },
                    {
                      "$ref": "#/components/schemas/PingResponse"
                    }
                  ]
                }
              }
            }
          },
          "default": {
            "$ref": "#/components/responses/Error"
          }
        }
      }
    },
    "/getLogs": {
      "get": {
        "operationId": "logs",
        "requestBody": {
          "required": true,
          "content": {
            "application/json": {
              "schema": {
                "$ref": "#/components/schemas/LogStruct"
              }
            }
          }
        },
        "responses": {
          "200": {
            "description": "Raw log bytes",
            "content": {
              "application/octet-stream": {
                "schema": {
                  "type": "string",
                  "format": "binary"
                }
              }
            }
          },
          "default": {
            "$ref": "#/components/responses/Error"
          }
        }
      }
    },
    "/pods": {
      "get": {
        "operationId": "list",
        "x-extension": "list",
        "responses": {
          "200": {
            "description": "Pods the plugin holds",
            "content": {
              "application/json": {
                "schema": {
                  "$ref": "#/components/schemas/HeldPodList"
                }
              }
            }
          },
          "default": {
            "$ref": "#/components/responses/Error"
          }
        }
      }
    },
    "/update": {
      "post": {
        "operationId": "update",
        "x-extension": "update",
        "description": "Brings what changed in a pod that is held: contents of volumes, image pull secrets, ephemeral containers. The whole pod every time, as a create carries it; a volume whose object is missing keeps what it has. 404 for an unknown pod, 409 for one that has ended or is being deleted.",
        "requestBody": {
          "required": true,
          "content": {
            "application/json": {
              "schema": {
                "$ref": "#/components/schemas/RetrievedPodData"
              }
            }
          }
        },
        "responses": {
          "200": {
            "description": "The new state is durable",
            "content": {
              "text/plain": {
                "schema": {
                  "type": "string"
                }
              }
            }
          },
          "default": {
            "$ref": "#/components/responses/Error"
          }
        }
      }
    },
    "/events": {
      "get": {
        "operationId": "watch",
        "x-extension": "events",
        "responses": {
          "200": {
            "description": "Status changes",
            "content": {
              "application/x-ndjson": {
                "schema": {
                  "$ref": "#/components/schemas/PodStatusEvent"
                }
              }
            }
          },
          "default": {
            "$ref": "#/components/responses/Error"
          }
        }
      }
    },
    "/exec": {
      "get": {
        "operationId": "exec",
        "x-extension": "exec",
        "description": "Runs a command in a running container. A WebSocket with the subprotocol v5.channel.k8s.io: every message is binary and its first byte is the channel. 0 standard input, 1 standard output, 2 standard error, 3 the end as a v1.Status in JSON, 4 the size of the terminal as {\"Width\":80,\"Height\":24}. The message of the two bytes 255 and 0 ends the standard input. The Status is that of a kubelet: Success, or Failure with the reason NonZeroExitCode and the cause ExitCode; an error of the error set has its code as the reason of a cause.",
        "parameters": [
          {
            "in": "query",
            "name": "namespace",
            "required": true,
            "schema": {
              "$ref": "#/components/schemas/ExecRequest/properties/namespace"
            }
          },
          {
            "in": "query",
            "name": "podUid",
            "required": true,
            "schema": {
              "$ref": "#/components/schemas/ExecRequest/properties/podUid"
            }
          },
          {
            "in": "query",
            "name": "podName",
            "required": true,
            "schema": {
              "$ref": "#/components/schemas/ExecRequest/properties/podName"
            }
          },
          {
            "in": "query",
            "name": "containerName",
            "required": true,
            "schema": {
              "$ref": "#/components/schemas/ExecRequest/properties/containerName"
            }
          },
          {
            "in": "query",
            "name": "command",
            "required": true,
            "schema": {
              "$ref": "#/components/schemas/ExecRequest/properties/command"
            }
          },
          {
            "in": "query",
            "name": "tty",
            "schema": {
              "$ref": "#/components/schemas/ExecRequest/properties/tty"
            }
          },
          {
            "in": "query",
            "name": "stdin",
            "schema": {
              "$ref": "#/components/schemas/ExecRequest/properties/stdin"
            }
          }
        ],
        "responses": {
          "101": {
            "description": "The WebSocket is open. What fails from here on is a Status on channel 3."
          },
          "default": {
            "$ref": "#/components/responses/Error"
          }
        }
      }
    },
    "/attach": {
      "get": {
        "operationId": "attach",
        "x-extension": "attach",
        "description": "What a running container writes from now on, and its standard input, framed as in /exec. Success when the container has ended.",
        "parameters": [
          {
            "in": "query",
            "name": "namespace",
            "required": true,
            "schema": {
              "$ref": "#/components/schemas/AttachRequest/properties/namespace"
            }
          },
          {
            "in": "query",
            "name": "podUid",
            "required": true,
            "schema": {
              "$ref": "#/components/schemas/AttachRequest/properties/podUid"
            }
          },
          {
            "in": "query",
            "name": "podName",
            "required": true,
            "schema": {
              "$ref": "#/components/schemas/AttachRequest/properties/podName"
            }
          },
          {
            "in": "query",
            "name": "containerName",
            "required": true,
            "schema": {
              "$ref": "#/components/schemas/AttachRequest/properties/containerName"
            }
          },
          {
            "in": "query",
            "name": "tty",
            "schema": {
              "$ref": "#/components/schemas/AttachRequest/properties/tty"
            }
          },
          {
            "in": "query",
            "name": "stdin",
            "schema": {
              "$ref": "#/components/schemas/AttachRequest/properties/stdin"
            }
          }
        ],
        "responses": {
          "101": {
            "description": "The WebSocket is open. What fails from here on is a Status on channel 3."
          },
          "default": {
            "$ref": "#/components/responses/Error"
          }
        }
      }
    },
    "/portForward": {
      "get": {
        "operationId": "portForward",
        "x-extension": "portForward",
        "description": "One connection to a port of the pod, framed as in /exec: channel 0 is what goes to the port, channel 1 what comes from it. The two bytes 255 and 0 end the sending half; Success on channel 3 when the port has closed the connection.",
        "parameters": [
          {
            "in": "query",
            "name": "namespace",
            "required": true,
            "schema": {
              "$ref": "#/components/schemas/PortForwardRequest/properties/namespace"
            }
          },
          {
            "in": "query",
            "name": "podUid",
            "required": true,
            "schema": {
              "$ref": "#/components/schemas/PortForwardRequest/properties/podUid"
            }
          },
          {
            "in": "query",
            "name": "podName",
            "required": true,
            "schema": {
              "$ref": "#/components/schemas/PortForwardRequest/properties/podName"
            }
          },
          {
            "in": "query",
            "name": "port",
            "required": true,
            "schema": {
              "$ref": "#/components/schemas/PortForwardRequest/properties/port"
            }
          }
        ],
        "responses": {
          "101": {
            "description": "The WebSocket is open. What fails from here on is a Status on channel 3."
          },
          "default": {
            "$ref": "#/components/responses/Error"
          }
        }
      }
    }
  },
  "components": {
    "securitySchemes": {
      "bearer": {
        "type": "http",
        "scheme": "bearer"
      },
      "mutualTls": {
        "type": "mutualTLS"
      }
    },
    "responses": {
      "Error": {
        "description": "Anything but success. Our servers send an ErrorBody; Go and Python servers send text or JSON of their own.",
        "content": {
          "application/json": {
            "schema": {
              "$ref": "#/components/schemas/ErrorBody"
            }
          },
          "text/plain": {
            "schema": {
              "type": "string"
            }
          }
        }
      }
    },
    "schemas": {
      "Pod": {
        "description": "A Kubernetes v1.Pod as the typed Go client encodes it, without apiVersion and kind.",
        "type": "object",
        "x-typescript": "Pod",
        "required": [
          "metadata"
        ],
        "properties": {
          "metadata": {
            "$ref": "#/components/schemas/PodMetadata"
          },
          "spec": {
            "type": [
              "object",
              "null"
            ],
            "properties": {
              "containers": {
                "$ref": "#/components/schemas/ContainerList"
              },
              "initContainers": {
                "$ref": "#/components/schemas/ContainerList"
              },
              "ephemeralContainers": {
                "$ref": "#/components/schemas/ContainerList"
              },
              "volumes": {
                "$ref": "#/components/schemas/NamedList"
              }
            }
          },
          "status": {
            "type": [
              "object",
              "null"
            ]
          }
        }
      },
      "PodMetadata": {
        "type": "object",
        "required": [
          "name",
          "namespace",
          "uid"
        ],
        "properties": {
          "name": {
            "$ref": "#/components/schemas/PodName"
          },
          "namespace": {
            "$ref": "#/components/schemas/NamespaceName"
          },
          "uid": {
            "$ref": "#/components/schemas/PodUid"
          },
          "labels": {
            "$ref": "#/components/schemas/StringMap"
          },
          "annotations": {
            "$ref": "#/components/schemas/StringMap"
          }
        }
      },
      "PodUid": {
        "description": "The Pod's UID. A path component in every backend, so only letters, digits, dot, dash and underscore are taken, and it starts with a letter or digit. API servers send a lower-case UUID; static pods a hexadecimal hash.",
        "type": "string",
        "minLength": 1,
        "maxLength": 128,
        "pattern": "^[A-Za-z0-9][A-Za-z0-9._-]*$"
      },
      "PodName": {
        "type": "string",
        "minLength": 1,
        "maxLength": 253,
        "pattern": "^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$"
      },
      "NamespaceName": {
        "type": "string",
        "minLength": 1,
        "maxLength": 63,
        "pattern": "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$"
      },
      "ContainerName": {
        "type": "string",
        "minLength": 1,
        "maxLength": 63,
        "pattern": "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$"
      },
      "StringMap": {
        "type": [
          "object",
          "null"
        ],
        "additionalProperties": {
          "type": "string"
        }
      },
      "ContainerList": {
        "type": [
          "array",
          "null"
        ],
        "items": {
          "type": "object",
          "required": [
            "name"
          ],
          "properties": {
            "name": {
              "$ref": "#/components/schemas/ContainerName"
            },
            "image": {
              "type": "string"
            },
            "command": {
              "type": [
                "array",
                "null"
              ],
              "items": {
                "type": "string"
              }
            },
            "args": {
              "type": [
                "array",
                "null"
              ],
              "items": {
                "type": "string"
              }
            },
            "workingDir": {
              "type": "string"
            },
            "env": {
              "$ref": "#/components/schemas/EnvList"
            },
            "volumeMounts": {
              "type": [
                "array",
                "null"
              ],
              "items": {
                "type": "object",
                "required": [
                  "name",
                  "mountPath"
                ],
                "properties": {
                  "name": {
                    "type": "string",
                    "minLength": 1
                  },
                  "mountPath": {
                    "type": "string",
                    "minLength": 1
                  },
                  "subPath": {
                    "type": "string"
                  },
                  "readOnly": {
                    "type": "boolean"
                  }
                }
              }
            }
          }
        }
      },
      "EnvList": {
        "type": [
          "array",
          "null"
        ],
        "items": {
          "type": "object",
          "required": [
            "name"
          ],
          "properties": {
            "name": {
              "type": "string",
              "minLength": 1,
              "pattern": "^[^=\\u0000]+$"
            },
            "value": {
              "type": "string",
              "pattern": "^[^\\u0000]*$"
            }
          }
        }
      },
      "NamedList": {
        "type": [
          "array",
          "null"
        ],
        "items": {
          "type": "object",
          "required": [
            "name"
          ],
          "properties": {
            "name": {
              "type": "string",
              "minLength": 1
            }
          }
        }
      },
      "ConfigMap": {
        "type": "object",
        "x-typescript": "ConfigMap",
        "properties": {
          "metadata": {
            "type": [
              "object",
              "null"
            ]
          },
          "data": {
            "$ref": "#/components/schemas/StringMap"
          },
          "binaryData": {
            "$ref": "#/components/schemas/StringMap"
          }
        }
      },
      "Secret": {
        "type": "object",
        "x-typescript": "Secret",
        "properties": {
          "metadata": {
            "type": [
              "object",
              "null"
            ]
          },
          "data": {
            "$ref": "#/components/schemas/StringMap"
          },
          "stringData": {
            "$ref": "#/components/schemas/StringMap"
          },
          "type": {
            "type": "string"
          }
        }
      },
      "ContainerStatus": {
        "description": "A Kubernetes v1.ContainerStatus.",
        "type": "object",
        "x-typescript": "ContainerStatus",
        "required": [
          "name"
        ],
        "properties": {
          "name": {
            "type": "string",
            "minLength": 1
          },
          "state": {
            "type": [
              "object",
              "null"
            ]
          },
          "lastState": {
            "type": [
              "object",
              "null"
            ]
          },
          "ready": {
            "type": [
              "boolean",
              "null"
            ]
          },
          "restartCount": {
            "type": [
              "integer",
              "null"
            ]
          }
        }
      },
      "ContainerStatusList": {
        "type": [
          "array",
          "null"
        ],
        "items": {
          "$ref": "#/components/schemas/ContainerStatus"
        }
      },
      "CreateStruct": {
        "description": "The answer to a create. PodJID is opaque; the virtual kubelet keeps it in the pod annotation JobID.",
        "type": "object",
        "required": [
          "PodUID",
          "PodJID"
        ],
        "properties": {
          "PodUID": {
            "type": "string"
          },
          "PodJID": {
            "type": "string"
          },
          "warnings": {
            "type": [
              "array",
              "null"
            ],
            "description": "Extension: one sentence for each pod field that the backend ignores, naming the field.",
            "items": {
              "type": "string"
            }
          }
        }
      },
      "PodStatus": {
        "type": "object",
        "required": [
          "UID"
        ],
        "properties": {
          "name": {
            "type": "string"
          },
          "UID": {
            "type": "string"
          },
          "namespace": {
            "type": "string"
          },
          "JID": {
            "type": "string"
          },
          "containers": {
            "$ref": "#/components/schemas/ContainerStatusList"
          },
          "initContainers": {
            "$ref": "#/components/schemas/ContainerStatusList"
          },
          "ephemeralContainers": {
            "type": [
              "array",
              "null"
            ],
            "description": "Extension: the containers that an update added. Absent while there are none.",
            "items": {
              "$ref": "#/components/schemas/ContainerStatus"
            }
          },
          "interlink": {
            "$ref": "#/components/schemas/RemoteState"
          }
        }
      },
      "RemoteState": {
        "description": "Extension: what the backend itself says of the job. Go peers ignore the key. `known`: container states are evidence. `unknown`: the backend could not be asked, the states are the last known ones. `gone`: the backend has no job and no record of the pod, positively.",
        "type": "object",
        "required": [
          "state"
        ],
        "properties": {
          "state": {
            "type": "string",
            "enum": [
              "known",
              "unknown",
              "gone"
            ]
          },
          "since": {
            "type": "string",
            "description": "RFC 3339 time from which the state holds."
          },
          "reason": {
            "type": "string",
            "description": "A CamelCase word, for conditions and events."
          },
          "message": {
            "type": "string",
            "description": "One sentence for the pod author."
          },
          "expectedStart": {
            "type": "string",
            "description": "RFC 3339 time; the scheduler's estimate."
          },
          "jobState": {
            "type": "string",
            "description": "The scheduler's own word for the job's state."
          }
        }
      },
      "PodStatusList": {
        "type": [
          "array",
          "null"
        ],
        "items": {
          "$ref": "#/components/schemas/PodStatus"
        }
      },
      "PodStatusEvent": {
        "description": "One line of the NDJSON stream of GET /events. A line without UID is a heartbeat.",
        "anyOf": [
          {
            "$ref": "#/components/schemas/PodStatus"
          },
          {
            "$ref": "#/components/schemas/Heartbeat"
          }
        ]
      },
      "Heartbeat": {
        "type": "object",
        "required": [
          "heartbeat"
        ],
        "properties": {
          "heartbeat": {
            "type": "string",
            "description": "RFC 3339 time of the sender."
          }
        }
      },
      "HeldPod": {
        "description": "A pod that the plugin holds a record of.",
        "type": "object",
        "required": [
          "uid",
          "name",
          "namespace"
        ],
        "properties": {
          "uid": {
            "type": "string"
          },
          "name": {
            "type": "string"
          },
          "namespace": {
            "type": "string"
          },
          "node": {
            "type": "string",
            "description": "spec.nodeName of the pod when it was created."
          },
          "cluster": {
            "type": "string",
            "description": "Annotation interlink.eu/cluster-id of the pod when it was created."
          },
          "jobId": {
            "type": "string"
          }
        }
      },
      "HeldPodList": {
        "type": [
          "array",
          "null"
        ],
        "items": {
          "$ref": "#/components/schemas/HeldPod"
        }
      },
      "LogOptions": {
        "description": "Zero values mean unset, as Go sends them: Tail 0 is \"all lines\". `TailLines` is the extension that can say \"no line\".",
        "type": "object",
        "properties": {
          "Tail": {
            "type": [
              "integer",
              "null"
            ],
            "minimum": 0
          },
          "TailLines": {
            "type": [
              "integer",
              "null"
            ],
            "minimum": 0,
            "description": "Extension: the exact number of lines, 0 included. Wins over Tail."
          },
          "Bytes": {
            "type": [
              "integer",
              "null"
            ],
            "minimum": 0
          },
          "LimitBytes": {
            "type": [
              "integer",
              "null"
            ],
            "minimum": 0,
            "description": "Alias of Bytes, as the Python SDK spells it."
          },
          "Timestamps": {
            "type": [
              "boolean",
              "null"
            ]
          },
          "Follow": {
            "type": [
              "boolean",
              "null"
            ]
          },
          "Previous": {
            "type": [
              "boolean",
              "null"
            ]
          },
          "SinceSeconds": {
            "type": [
              "integer",
              "null"
            ],
            "minimum": 0
          },
          "SinceTime": {
            "type": [
              "string",
              "null"
            ],
            "description": "RFC 3339; 0001-01-01T00:00:00Z means unset."
          }
        }
      },
      "LogStruct": {
        "type": "object",
        "required": [
          "Namespace",
          "PodUID",
          "PodName"
        ],
        "properties": {
          "Namespace": {
            "$ref": "#/components/schemas/NamespaceName"
          },
          "PodUID": {
            "$ref": "#/components/schemas/PodUid"
          },
          "PodName": {
            "type": "string"
          },
          "ContainerName": {
            "type": "string",
            "pattern": "^([a-z0-9]([-a-z0-9]*[a-z0-9])?)?$",
            "maxLength": 63
          },
          "Opts": {
            "anyOf": [
              {
                "$ref": "#/components/schemas/LogOptions"
              },
              {
                "type": "null"
              }
            ]
          }
        }
      },
      "ExecRequest": {
        "description": "Extension: the query of GET /exec. `command` is repeated, once for the program and once for each argument. With `tty` everything comes on channel 1, and channel 4 may change the size.",
        "type": "object",
        "required": [
          "namespace",
          "podUid",
          "podName",
          "containerName",
          "command"
        ],
        "properties": {
          "namespace": {
            "$ref": "#/components/schemas/NamespaceName"
          },
          "podUid": {
            "$ref": "#/components/schemas/PodUid"
          },
          "podName": {
            "$ref": "#/components/schemas/PodName"
          },
          "containerName": {
            "$ref": "#/components/schemas/ContainerName"
          },
          "command": {
            "type": "array",
            "minItems": 1,
            "maxItems": 4096,
            "items": {
              "$ref": "#/components/schemas/Argument"
            }
          },
          "tty": {
            "type": "boolean"
          },
          "stdin": {
            "type": "boolean",
            "description": "Whether channel 0 will be used. Without it the command has an empty input."
          }
        }
      },
      "AttachRequest": {
        "description": "Extension: the query of GET /attach.",
        "type": "object",
        "required": [
          "namespace",
          "podUid",
          "podName",
          "containerName"
        ],
        "properties": {
          "namespace": {
            "$ref": "#/components/schemas/NamespaceName"
          },
          "podUid": {
            "$ref": "#/components/schemas/PodUid"
          },
          "podName": {
            "$ref": "#/components/schemas/PodName"
          },
          "containerName": {
            "$ref": "#/components/schemas/ContainerName"
          },
          "tty": {
            "type": "boolean"
          },
          "stdin": {
            "type": "boolean",
            "description": "Whether channel 0 will be used."
          }
        }
      },
      "PortForwardRequest": {
        "description": "Extension: the query of GET /portForward. One WebSocket is one connection to the port.",
        "type": "object",
        "required": [
          "namespace",
          "podUid",
          "podName",
          "port"
        ],
        "properties": {
          "namespace": {
            "$ref": "#/components/schemas/NamespaceName"
          },
          "podUid": {
            "$ref": "#/components/schemas/PodUid"
          },
          "podName": {
            "$ref": "#/components/schemas/PodName"
          },
          "port": {
            "type": "integer",
            "minimum": 1,
            "maximum": 65535
          }
        }
      },
      "Argument": {
        "type": "string",
        "pattern": "^[^\\u0000]*$",
        "description": "Any text without a NUL character."
      },
      "Accelerator": {
        "type": "object",
        "required": [
          "resourceType"
        ],
        "properties": {
          "resourceType": {
            "type": "string"
          },
          "available": {
            "type": [
              "string",
              "integer"
            ]
          }
        }
      },
      "Resources": {
        "type": "object",
        "properties": {
          "cpu": {
            "type": [
              "string",
              "number",
              "null"
            ]
          },
          "memory": {
            "type": [
              "string",
              "number",
              "null"
            ]
          },
          "pods": {
            "type": [
              "string",
              "number",
              "null"
            ]
          },
          "accelerators": {
            "type": [
              "array",
              "null"
            ],
            "items": {
              "$ref": "#/components/schemas/Accelerator"
            }
          }
        }
      },
      "Taint": {
        "type": "object",
        "required": [
          "key"
        ],
        "properties": {
          "key": {
            "type": "string"
          },
          "value": {
            "type": "string"
          },
          "effect": {
            "type": "string"
          }
        }
      },
      "PingResponse": {
        "description": "All keys are optional. taints absent or null: leave the node's taints; an empty list: clear them. A plugin may also answer any text or a list, which means alive without news.",
        "type": "object",
        "properties": {
          "status": {
            "type": "string"
          },
          "resources": {
            "anyOf": [
              {
                "$ref": "#/components/schemas/Resources"
              },
              {
                "type": "null"
              }
            ]
          },
          "taints": {
            "type": [
              "array",
              "null"
            ],
            "items": {
              "$ref": "#/components/schemas/Taint"
            }
          },
          "interlink": {
            "$ref": "#/components/schemas/Announcement"
          }
        }
      },
      "Announcement": {
        "description": "Extension: what this end of the wire can do beyond the six routes.",
        "type": "object",
        "required": [
          "version",
          "features"
        ],
        "properties": {
          "version": {
            "type": "integer",
            "const": 1
          },
          "features": {
            "type": "array",
            "items": {
              "type": "string"
            }
          },
          "labels": {
            "type": "object",
            "additionalProperties": {
              "type": "string"
            },
            "description": "Labels that the node should carry, e.g. the container runtime."
          },
          "accepts": {
            "type": "array",
            "items": {
              "type": "string"
            },
            "description": "Names of keys of a CreateExtension that this end makes use of."
          }
        }
      },
      "CreateExtension": {
        "description": "Extension: what goes with a create beyond what the Go components send. Only what the peer named in `accepts` of its announcement.",
        "type": "object",
        "properties": {
          "imagePullSecrets": {
            "type": [
              "array",
              "null"
            ],
            "description": "The Secrets that spec.imagePullSecrets names, as far as they exist.",
            "items": {
              "$ref": "#/components/schemas/Secret"
            }
          }
        }
      },
      "ErrorBody": {
        "description": "The body of an error of our own servers. Foreign servers send text.",
        "type": "object",
        "required": [
          "code",
          "message"
        ],
        "properties": {
          "code": {
            "type": "string",
            "description": "One of the ILK_ codes."
          },
          "message": {
            "type": "string"
          },
          "field": {
            "type": "string",
            "description": "The path of the field at fault."
          }
        }
      },
      "RetrievedPodData": {
        "type": "object",
        "required": [
          "pod"
        ],
        "properties": {
          "pod": {
            "$ref": "#/components/schemas/Pod"
          },
          "container": {
            "type": [
              "array",
              "null"
            ],
            "description": "Init containers first, then containers, then (in an update) ephemeral containers; matched by name.",
            "items": {
              "$ref": "#/components/schemas/RetrievedContainer"
            }
          },
          "jobConfig": {
            "anyOf": [
              {
                "$ref": "#/components/schemas/ScriptBuildConfig"
              },
              {
                "type": "null"
              }
            ]
          },
          "jobScript": {
            "type": [
              "string",
              "null"
            ]
          },
          "interlink": {
            "$ref": "#/components/schemas/CreateExtension"
          }
        }
      },
      "RetrievedContainer": {
        "type": "object",
        "required": [
          "name"
        ],
        "properties": {
          "name": {
            "$ref": "#/components/schemas/ContainerName"
          },
          "configMaps": {
            "type": [
              "array",
              "null"
            ],
            "items": {
              "$ref": "#/components/schemas/ConfigMap"
            }
          },
          "projectedvolumemaps": {
            "type": [
              "array",
              "null"
            ],
            "items": {
              "$ref": "#/components/schemas/ConfigMap"
            }
          },
          "secrets": {
            "type": [
              "array",
              "null"
            ],
            "items": {
              "$ref": "#/components/schemas/Secret"
            }
          },
          "emptyDirs": {
            "type": [
              "array",
              "null"
            ],
            "items": {
              "type": "string"
            }
          }
        }
      },
      "ScriptBuildConfig": {
        "type": "object",
        "description": "Always on the wire, zero-valued unless a job-script builder is used.",
        "properties": {
          "SingularityHubProxy": {
            "type": "object",
            "properties": {
              "server": {
                "type": "string"
              },
              "master_token": {
                "type": "string"
              },
              "cache_validity_seconds": {
                "type": "integer"
              }
            }
          },
          "ApptainerOptions": {
            "type": "object",
            "properties": {
              "executable": {
                "type": "string"
              },
              "fakeroot": {
                "type": "boolean"
              },
              "containall": {
                "type": "boolean"
              },
              "fuseMode": {
                "type": "string"
              },
              "noInit": {
                "type": "boolean"
              },
              "noHome": {
                "type": "boolean"
              },
              "noPrivs": {
                "type": "boolean"
              },
              "nvidiaSupport": {
                "type": "boolean"
              },
              "cleanenv": {
                "type": "boolean"
              },
              "unsquash": {
                "type": "boolean"
              }
            }
          },
          "Volumes": {
            "type": "object",
            "properties": {
              "scratch_area": {
                "type": "string"
              },
              "apptainer_cachedir": {
                "type": "string"
              },
              "image_dir": {
                "type": "string"
              },
              "additional_directories_in_path": {
                "type": [
                  "array",
                  "null"
                ],
                "items": {
                  "type": "string"
                }
              },
              "fuse_sleep_seconds": {
                "type": "integer"
              }
            }
          }
        }
      }
    }
  }
};
