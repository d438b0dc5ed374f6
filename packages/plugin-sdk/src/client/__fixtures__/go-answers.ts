/**
 * What the Go components answer: status and body as the wire carries them. Texts follow interLink 0.6.1 (api/handler.go,
 * api/ping.go), whose format strings and HTML escaping are written out here by hand, not recorded.
 */
export const goAnswers = {
  /** The API server when the plugin refused a create with 400. The number in the text is always 500. */
  createRefused: {
    status: 400,
    body: 'HTTP InterLink session CreatePod#48123:  call exit status: 500. Body: sbatch: error: invalid partition specified: &#34;gpu&#34; &amp; no default\n',
  },
  /** The same with one of our plugins behind the Go API server. */
  createRefusedByOurPlugin: {
    status: 501,
    body: 'HTTP InterLink session CreatePod#7:  call exit status: 500. Body: {&#34;code&#34;:&#34;ILK_UNSUPPORTED&#34;,&#34;message&#34;:&#34;hostIPC isn&#39;t supported&#34;,&#34;field&#34;:&#34;pod.spec.hostIPC&#34;}',
  },
  /** The API server that cannot reach its plugin, or could not read the request. */
  createUnreachable: { status: 500, body: '' },
  /** A ping whose plugin said no: its words, and the API server's own 503 behind them. */
  pingFailed: {
    status: 404,
    body: 'HTTP InterLink session Request-6e1c9d2e-57a8-4c52-8f0e-0d8a0a6f9a11:  call exit status: 500. Body: 404 page not found\n503',
  },
  /** A ping whose plugin could not be reached. */
  pingUnreachable: { status: 500, body: '503' },
  /** Go's answer to an unknown path. */
  unknownPath: { status: 404, body: '404 page not found\n' },
  /** A FastAPI plugin that refused a body, repeating it. */
  fastApiInvalid: {
    status: 422,
    body: '{"detail":[{"type":"missing","loc":["body","pod","metadata","uid"],"msg":"Field required","input":{"data":{"password":"aHVudGVyMg=="}}}]}',
  },
  /** A FastAPI plugin that raised an HTTPException. */
  fastApiDetail: { status: 500, body: '{"detail":"condor_submit failed: no schedd"}' },
} as const;
