/** Values of a query string; undefined ones are left out. */
export type QueryParameters = Readonly<Record<string, string | number | boolean | undefined>>;

/** For {@link KubeRequest.accept}: an object without its contents. */
export const metadataOnly = 'application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1';

/** One request to the API server. */
export interface KubeRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Path from the root, each part already encoded, e.g. `/api/v1/namespaces/default/pods`. */
  readonly path: string;
  readonly query?: QueryParameters | undefined;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Default: `application/merge-patch+json` for PATCH, else `application/json`. */
  readonly contentType?: string | undefined;
  /** What the answer should be, e.g. {@link metadataOnly}. Default `application/json`. */
  readonly accept?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Longest wait for the answer and between two parts of it. Default 30. */
  readonly timeoutSeconds?: number | undefined;
  /**
   * True: it gives way to other requests. It shares four connections with its like, and waits, for at most a second, while many others are under way.
   * Default false.
   */
  readonly isBackground?: boolean | undefined;
  /** Called at the moment when the request goes out, which may be long after it was asked for; what it throws ends the request unsent. */
  readonly beforeSend?: (() => void) | undefined;
}

/** A request whose answer is read as it comes. */
export interface KubeStreamRequest {
  readonly path: string;
  readonly query?: QueryParameters | undefined;
  readonly signal: AbortSignal;
  /** The stream rejects with `ILK_TIMEOUT` when nothing came for this long. Default: it waits without end. */
  readonly idleTimeoutSeconds?: number | undefined;
  /** Longest wait for the start of the answer. Default 30. */
  readonly timeoutSeconds?: number | undefined;
}

/** Talks to one API server: requests share a pool of connections, streams have one each. */
export interface KubeClient extends AsyncDisposable {
  /** Base URL of the API server. */
  readonly server: string;
  /**
   * The parsed answer.
   *
   * @remarks
   * HTTP 429 is tried again after the time the server asked for, 401 once after the credentials were read again; a GET once where the connection broke.
   * @throws InterLinkError with `details.status` and `details.reason` as the API server gave them; a 5xx or no answer is `ILK_UNAVAILABLE` or `ILK_TIMEOUT`.
   */
  request<T>(request: KubeRequest): Promise<T>;
  /** The answer of a GET as bytes. Leaving the loop ends the request; errors as in {@link KubeClient.request}. */
  stream(request: KubeStreamRequest): Promise<AsyncIterable<Uint8Array>>;
}

/** A client that tells by which certificate it is known. */
export interface ConnectedKubeClient extends KubeClient {
  /** The client certificate in use, with its chain, in PEM: from a file, inline data or a credential program. Undefined without one. */
  clientCertificate(): string | undefined;
}
