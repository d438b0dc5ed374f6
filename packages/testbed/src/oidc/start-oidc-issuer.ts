import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { JWTPayload } from 'jose';
import { answerTokenRequest, type TokenPolicy } from './answer-token-request.ts';
import { createSigningKeys, type SignOptions } from './signing-keys.ts';

/** An OpenID issuer on loopback: discovery, keys, and a token endpoint for client credentials and refresh tokens. */
export interface TestIssuer extends AsyncDisposable {
  /** As in the claim `iss` of its tokens. */
  readonly url: string;
  readonly tokenEndpoint: string;
  /** Path of every request so far. */
  readonly requests: readonly string[];
  /** Changed by the test as it likes. */
  readonly policy: TokenPolicy;
  /** True: every request is answered with 503. */
  down: boolean;
  /** A token that holds for five minutes, with the claims put over `iss`, `sub`, `iat` and `exp`. */
  sign(claims?: JWTPayload, options?: SignOptions): Promise<string>;
  /** A new key; the old one is served no more. */
  rotateKeys(): Promise<void>;
}

/** Starts a {@link TestIssuer} on a free port of 127.0.0.1. */
export async function startOidcIssuer(policy: Partial<TokenPolicy> = {}): Promise<TestIssuer> {
  const keys = await createSigningKeys();
  const requests: string[] = [];
  const server = createServer((request, response) => {
    requests.push(request.url ?? '');
    answer(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const issuer: TestIssuer = {
    url,
    tokenEndpoint: `${url}/token`,
    requests,
    policy: { clientId: 'client', clientSecret: 'client-secret', lifetimeSeconds: 300, refreshTokens: [], ...policy },
    down: false,
    sign: (claims, options) => keys.sign({ iss: url, ...claims }, options),
    rotateKeys: () => keys.rotate(),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readBody(request);
    const [status, value] = issuer.down ? [503, { error: 'down' }] : await route(request, body);
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
  }

  async function route(request: IncomingMessage, body: string): Promise<[number, unknown]> {
    switch (request.url) {
      case '/.well-known/openid-configuration':
        return [200, { issuer: url, jwks_uri: `${url}/keys`, token_endpoint: `${url}/token` }];
      case '/keys':
        return [200, await keys.published()];
      case '/token':
        return await answerTokenRequest({ authorization: request.headers.authorization, body }, issuer);
      default:
        return [404, { error: 'not found' }];
    }
  }
  return issuer;
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
