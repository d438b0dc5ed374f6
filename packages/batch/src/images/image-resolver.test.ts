import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { silentLogger, systemClock, type Clock } from '@interlink/runtime';
import { describe, expect, it } from 'vitest';
import { createImageResolver, type ImageResolver } from './image-resolver.ts';
import type { RegistryImage } from './parse-image-reference.ts';
import { createRegistryClient } from './registry-client.ts';

const digestOf = (text: string): string => `sha256:${createHash('sha256').update(text).digest('hex')}`;
const config = JSON.stringify({ config: { WorkingDir: '/srv/app' } });
const manifest = JSON.stringify({ config: { digest: digestOf(config) } });
const platforms = ['arm64', 'amd64'].map((architecture) => ({ os: 'linux', architecture }));
const index = JSON.stringify({
  manifests: platforms.map((platform) => ({
    platform,
    digest: platform.architecture === 'amd64' ? digestOf(manifest) : digestOf('other'),
  })),
});
const right = { username: 'u', password: 'p' };
const rightHeader = `Basic ${Buffer.from('u:p').toString('base64')}`;

interface RegistryOptions {
  readonly auth?: 'bearer' | 'basic';
  /** Status of every answer. */
  readonly status?: number;
  readonly headless?: boolean;
}

/** A registry at the edge of the network: one image for two architectures, by every door that registries have. */
class TestRegistry {
  readonly requests: string[] = [];
  options: RegistryOptions;
  private readonly server: Server;

  private constructor(options: RegistryOptions) {
    this.options = options;
    this.server = createServer((request, response) => this.answer(request, response));
  }

  static async start(options: RegistryOptions = {}): Promise<TestRegistry> {
    const registry = new TestRegistry(options);
    await new Promise<void>((resolve) => registry.server.listen(0, '127.0.0.1', resolve));
    return registry;
  }

  get host(): string {
    return `127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  image(more: Partial<RegistryImage> = {}): RegistryImage {
    return { kind: 'registry', registry: this.host, repository: 'team/app', tag: '1', ...more };
  }

  resolver(clock: Clock = systemClock, deadlineSeconds = 30): ImageResolver {
    const client = createRegistryClient({ insecureRegistries: [this.host] });
    return createImageResolver({ client, clock, logger: silentLogger, architecture: 'amd64', deadlineSeconds });
  }

  private answer(request: IncomingMessage, response: ServerResponse): void {
    const url = new URL(request.url ?? '', 'http://x');
    this.requests.push(`${request.method ?? ''} ${url.pathname}`);
    const { status, auth, headless } = this.options;
    if (status === -1) return;
    if (url.pathname === '/token') {
      this.token(url, request, response);
      return;
    }
    if (status !== undefined) return void response.writeHead(status).end('<html>');
    const wanted = auth === 'bearer' ? 'Bearer t' : auth === 'basic' ? rightHeader : undefined;
    if (wanted !== undefined && request.headers.authorization !== wanted) {
      this.refuse(response);
      return;
    }
    const bodies: Record<string, string> = {
      '/v2/team/app/manifests/1': index,
      [`/v2/team/app/manifests/${digestOf(index)}`]: index,
      [`/v2/team/app/manifests/${digestOf(manifest)}`]: manifest,
      [`/v2/team/app/blobs/${digestOf(config)}`]: config,
    };
    const body = bodies[url.pathname];
    if (body === undefined) {
      response
        .writeHead(404)
        .end(JSON.stringify({ errors: [{ code: 'MANIFEST_UNKNOWN', message: 'manifest unknown' }] }));
    } else if (headless === true && request.method === 'HEAD') {
      response.writeHead(405).end();
    } else {
      response.writeHead(200, { 'docker-content-digest': digestOf(body) }).end(body);
    }
  }

  private refuse(response: ServerResponse): void {
    const realm = `Bearer realm="http://${this.host}/token",service="s",scope="repository:team/app:pull"`;
    const challenge = this.options.auth === 'bearer' ? realm : 'Basic realm="r"';
    response.writeHead(401, { 'www-authenticate': challenge });
    response.end(JSON.stringify({ errors: [{ code: 'UNAUTHORIZED', message: 'authentication required' }] }));
  }

  private token({ searchParams }: URL, request: IncomingMessage, response: ServerResponse): void {
    const asked = `${searchParams.get('service') ?? ''} ${searchParams.get('scope') ?? ''}`;
    const isGood = asked === 's repository:team/app:pull' && request.headers.authorization === rightHeader;
    if (isGood) response.end(JSON.stringify({ token: 't' }));
    else response.writeHead(401).end(JSON.stringify({ details: 'incorrect username or password' }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

const nobody = { credentials: [], field: 'pod.spec.containers[0]' };
const resolved = { digest: digestOf(index), workingDirectory: '/srv/app' };

/** A clock that is moved by hand. */
function movableClock(): Clock & { now: () => number; move: (milliseconds: number) => void } {
  let time = 1_000_000;
  return {
    ...systemClock,
    now: () => time,
    monotonic: () => time,
    move: (milliseconds) => void (time += milliseconds),
  };
}

describe('an image resolver', () => {
  it('gives the digest of the index and the working directory of its own architecture', async () => {
    await using registry = await TestRegistry.start();
    await using resolver = registry.resolver();
    expect(await resolver.resolve(registry.image(), nobody)).toEqual(resolved);
    expect(registry.requests[0]).toBe('HEAD /v2/team/app/manifests/1');
  });

  it('does without HEAD where a registry has none', async () => {
    await using registry = await TestRegistry.start({ headless: true });
    await using resolver = registry.resolver();
    expect(await resolver.resolve(registry.image(), nobody)).toEqual(resolved);
  });

  it('takes a digest as it is, and reads the configuration', async () => {
    await using registry = await TestRegistry.start();
    await using resolver = registry.resolver();
    const { kind, registry: host, repository } = registry.image();
    expect(await resolver.resolve({ kind, registry: host, repository, digest: digestOf(index) }, nobody)).toEqual(
      resolved,
    );
  });

  it.each(['bearer', 'basic'] as const)(
    'opens a registry that asks for %s, with the second credential',
    async (auth) => {
      await using registry = await TestRegistry.start({ auth });
      await using resolver = registry.resolver();
      const credentials = [{ username: 'u', password: 'wrong' }, right];
      expect(await resolver.resolve(registry.image(), { ...nobody, credentials })).toEqual(resolved);
      if (auth === 'bearer') expect(registry.requests.filter((line) => line === 'GET /token')).toHaveLength(2);
    },
  );

  it('asks once for many at the same time, and again when the answer is old', async () => {
    await using registry = await TestRegistry.start();
    const clock = movableClock();
    await using resolver = registry.resolver(clock);
    await Promise.all(Array.from({ length: 50 }, () => resolver.resolve(registry.image(), nobody)));
    const asked = (): number => registry.requests.filter((line) => line.startsWith('HEAD')).length;
    expect(asked()).toBe(1);
    clock.move(11_000);
    await resolver.resolve(registry.image(), nobody);
    expect(asked()).toBe(2);
    // The configuration of a digest never changes.
    expect(registry.requests).toHaveLength(5);
  });

  it('says in the registry’s words that there is no such image, naming the field', async () => {
    await using registry = await TestRegistry.start();
    await using resolver = registry.resolver();
    await expect(resolver.resolve(registry.image({ tag: '2' }), nobody)).rejects.toMatchObject({
      code: 'ILK_INVALID_INPUT',
      field: 'pod.spec.containers[0].image',
      message: `pod.spec.containers[0].image: ${registry.host}/team/app:2 was not found: manifest unknown`,
    });
  });

  it.each(['bearer', 'basic'] as const)('refuses wrong credentials (%s) without telling them', async (auth) => {
    await using registry = await TestRegistry.start({ auth });
    await using resolver = registry.resolver();
    const credentials = [{ username: 'u', password: 'wrong-password' }];
    const error: unknown = await resolver
      .resolve(registry.image(), { ...nobody, credentials })
      .catch((cause: unknown) => cause);
    expect(error).toMatchObject({ code: 'ILK_INVALID_INPUT', field: 'pod.spec.containers[0].image' });
    expect(String(error)).toMatch(
      /the registry refused the credentials of spec\.imagePullSecrets: (unauthorized|authentication required)/,
    );
    expect(JSON.stringify([error, String(error)])).not.toContain('wrong-password');
  });

  it('leaves to the job what is not shown to everybody', async () => {
    await using registry = await TestRegistry.start({ auth: 'bearer' });
    await using resolver = registry.resolver();
    expect(await resolver.resolve(registry.image(), nobody)).toBeUndefined();
  });

  it('does not show one pod what another’s credentials opened', async () => {
    await using registry = await TestRegistry.start({ auth: 'bearer' });
    await using resolver = registry.resolver();
    expect(await resolver.resolve(registry.image(), { ...nobody, credentials: [right] })).toEqual(resolved);
    expect(await resolver.resolve(registry.image(), nobody)).toBeUndefined();
  });

  it.each([
    ['answers 500', 500],
    ['limits requests', 429],
    ['says nothing', -1],
  ])('leaves a registry that %s alone for a minute', async (_name, status) => {
    await using registry = await TestRegistry.start({ status });
    const clock = movableClock();
    await using resolver = registry.resolver(clock, 1);
    expect(await resolver.resolve(registry.image(), nobody)).toBeUndefined();
    const before = registry.requests.length;
    clock.move(30_000);
    expect(await resolver.resolve(registry.image({ tag: 'other' }), nobody)).toBeUndefined();
    expect(registry.requests).toHaveLength(before);
    registry.options = {};
    clock.move(31_000);
    expect(await resolver.resolve(registry.image(), nobody)).toEqual(resolved);
  });

  it('speaks in plain text to no registry that was not named', async () => {
    await using registry = await TestRegistry.start({ auth: 'bearer' });
    const client = createRegistryClient();
    await using resolver = createImageResolver({ client, clock: systemClock, logger: silentLogger });
    expect(await resolver.resolve(registry.image(), { ...nobody, credentials: [right] })).toBeUndefined();
    expect(registry.requests).toEqual([]);
  });
});
