import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startChain, type Chain, type LinkChange } from '../chain/start-chain.ts';
import type { ChainLink } from '../chain/chain-links.ts';
import { ensureDebian13 } from '../debian/ensure-debian-13.ts';
import type { EnsureOptions } from '../debian/ensure-options.ts';
import type { Machine } from '../machine/machine.ts';
import { startMachine } from '../machine/start-machine.ts';
import { createProgress } from '../progress/create-progress.ts';
import { startRegistry, type Registry } from '../registry/start-registry.ts';
import type { SuiteImages } from './ensure-suite-images.ts';

const workspace = fileURLToPath(new URL('../../../..', import.meta.url)).replace(/\/$/, '');

/** Where the node of a run is started. */
export interface SuiteNodeOptions extends EnsureOptions {
  readonly kubeconfigFile: string;
  readonly images: SuiteImages;
  /** Default `hpc`. */
  readonly nodeName?: string;
}

/** A virtual node whose pods run under Apptainer, with images from a registry of its own. Disposing ends it and all its containers. */
export interface SuiteNode extends AsyncDisposable {
  readonly name: string;
  readonly chain: Chain;
  /** The machine that plugin and containers run in. */
  readonly machine: Machine;
  /** Holds logs and job directories; gone at the end. */
  readonly directory: string;
}

/** The API server forwards nothing to loopback addresses, so pods need another one where the machine has it. */
export function findAddress(interfaces = networkInterfaces()): string {
  const all = Object.values(interfaces).flatMap((addresses) => addresses ?? []);
  return all.find(({ family, internal }) => family === 'IPv4' && !internal)?.address ?? '127.0.0.1';
}

function linkChanges(machine: Machine, registry: Registry, address: string): Partial<Record<ChainLink, LinkChange>> {
  return {
    plugin: {
      config: {
        runtime: 'apptainer',
        images: { prefix: `docker://${registry.address}/`, insecureRegistries: [registry.address] },
        capacity: { pods: 250, cpu: 16, memory: '32Gi' },
        queryIntervalSeconds: 1,
        runAsUser: 'honour',
        hostPaths: [{ path: '/etc/hosts', readOnly: false }],
      },
      wrap: (argv) => machine.wrap(argv),
    },
    'virtual-kubelet': {
      config: {
        Resources: { CPU: '16', Memory: '32Gi', Pods: '250' },
        Extensions: { OpenToAllPods: true, OutageTolerationSeconds: 0 },
      },
      environment: { KUBELET_URL: address, POD_IP: address },
    },
  };
}

async function pushAll(registry: Registry, { images }: SuiteImages): Promise<void> {
  for (const image of images) await registry.push(image, image.name, image.tag);
}

/** Starts the node; its Node object appears some seconds later. Needs what {@link ensureDebian13} needs. */
export async function startSuiteNode(options: SuiteNodeOptions): Promise<SuiteNode> {
  const { images, kubeconfigFile, nodeName = 'hpc', progress = createProgress(), signal } = options;
  const rootTree = await ensureDebian13({ ...options, progress });
  const directory = await mkdtemp(join(tmpdir(), 'il-suite-'));
  await using started = new AsyncDisposableStack();
  started.defer(() => rm(directory, { recursive: true, force: true }));
  const at = (name: string): string => join(directory, name);
  const registry = started.use(await startRegistry({ ...options, progress, images }));
  await pushAll(registry, images);
  await mkdir(at('machine'));
  await mkdir(at('chain'), { mode: 0o700 });
  const sharedDirectories = [at('chain'), workspace];
  const machine = started.use(await startMachine({ directory: at('machine'), rootTree, sharedDirectories, signal }));
  const changes = linkChanges(machine, registry, findAddress());
  const chain = started.use(await startChain({ directory: at('chain'), nodeName, kubeconfigFile, changes }));
  const owned = started.move();
  return { name: nodeName, chain, machine, directory, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}
