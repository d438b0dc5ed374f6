import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { defaultRelease } from '../binaries/kubernetes-release.ts';
import { buildReleaseFiles } from '../binaries/release-files.ts';
import type { Platform } from '../binaries/source.ts';

function archive(directory: string, archivePath: string): Buffer {
  mkdirSync(join(directory, archivePath, '..'), { recursive: true });
  writeFileSync(join(directory, archivePath), 'etcd');
  execFileSync('tar', ['-czf', join(directory, 'archive.tar.gz'), '-C', directory, archivePath.split('/')[0] ?? '']);
  return readFileSync(join(directory, 'archive.tar.gz'));
}

/** A `fetch` that answers as the release hosts do, every program's content being its name. `broken` files come with other bytes. */
export function fakeReleaseServer(directory: string, platform: Platform, broken: readonly string[] = []): typeof fetch {
  const bodies = new Map<string, string | Buffer>();
  const sums: string[] = [];
  for (const file of buildReleaseFiles(defaultRelease, platform)) {
    const body = file.archivePath === undefined ? Buffer.from(file.program) : archive(directory, file.archivePath);
    const checksum = createHash('sha256').update(body).digest('hex');
    bodies.set(file.url, broken.includes(file.program) ? 'something else' : body);
    if (file.archivePath === undefined) bodies.set(file.checksumUrl, checksum);
    else {
      sums.push(`${'0'.repeat(64)}  other.tar.gz`, `${checksum}  ${file.fileName}`);
      bodies.set(file.checksumUrl, sums.join('\n'));
    }
  }
  return (input) => {
    const body = bodies.get(input instanceof Request ? input.url : input.toString());
    return Promise.resolve(
      body === undefined ? new Response('', { status: 404 }) : new Response(new Uint8Array(Buffer.from(body))),
    );
  };
}

/** A `fetch` on a machine without a way out. */
export const noNetwork: typeof fetch = () =>
  Promise.reject(
    new TypeError('fetch failed', { cause: Object.assign(new Error('getaddrinfo'), { code: 'ENOTFOUND' }) }),
  );
