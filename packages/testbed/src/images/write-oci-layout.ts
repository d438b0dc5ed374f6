import { createHash } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { runToEnd } from '../machine/run-to-end.ts';
import type { ImageRecipe } from './image-recipes.ts';

/** The tag of every image. */
export const imageTag = '1';

interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

function sha256(data: Uint8Array): string {
  return `sha256:${createHash('sha256').update(data).digest('hex')}`;
}

async function writeBlob(layout: string, mediaType: string, data: Uint8Array): Promise<Descriptor> {
  const digest = sha256(data);
  await writeFile(join(layout, 'blobs', digest.replace(':', '/')), data);
  return { mediaType, digest, size: data.length };
}

async function writeJsonBlob(layout: string, mediaType: string, value: unknown): Promise<Descriptor> {
  return writeBlob(layout, mediaType, Buffer.from(JSON.stringify(value)));
}

/** Node's names in those of OCI. */
function architecture(): string {
  return process.arch === 'x64' ? 'amd64' : process.arch;
}

/** The same tree gives the same bytes, whoever wrote it and when. */
const reproducible = ['--sort=name', '--mtime=@0', '--owner=0', '--group=0', '--numeric-owner'];

async function packTree(root: string, file: string): Promise<Buffer> {
  await runToEnd(['tar', ...reproducible, '-cf', file, '-C', root, '.'], { name: 'tar' });
  const data = await readFile(file);
  await rm(file);
  return data;
}

/** Writes a root tree as an OCI image layout with one layer; the digest is the manifest's, by which a registry knows it. */
export async function writeOciLayout(layout: string, root: string, recipe: ImageRecipe): Promise<string> {
  await mkdir(join(layout, 'blobs', 'sha256'), { recursive: true });
  const tree = await packTree(root, join(layout, 'layer.tar'));
  const layer = await writeBlob(layout, 'application/vnd.oci.image.layer.v1.tar+gzip', gzipSync(tree));
  const config = await writeJsonBlob(layout, 'application/vnd.oci.image.config.v1+json', {
    architecture: architecture(),
    os: 'linux',
    config: recipe.config,
    rootfs: { type: 'layers', diff_ids: [sha256(tree)] },
  });
  const mediaType = 'application/vnd.oci.image.manifest.v1+json';
  const manifest = await writeJsonBlob(layout, mediaType, { schemaVersion: 2, mediaType, config, layers: [layer] });
  const annotations = { 'org.opencontainers.image.ref.name': imageTag };
  const index = { schemaVersion: 2, manifests: [{ ...manifest, annotations }] };
  await writeFile(join(layout, 'index.json'), JSON.stringify(index));
  await writeFile(join(layout, 'oci-layout'), JSON.stringify({ imageLayoutVersion: '1.0.0' }));
  return manifest.digest;
}
