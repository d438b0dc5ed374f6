import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCertificateAuthority } from '../certificates/certificate-authority.ts';
import { findFreePorts } from '../components/free-ports.ts';
import { isListening } from '../components/is-listening.ts';
import { pollUntil } from '../control-plane/poll-until.ts';
import { ensureDebian13 } from '../debian/ensure-debian-13.ts';
import type { TestImages } from '../images/ensure-test-images.ts';
import { imageTag } from '../images/write-oci-layout.ts';
import type { Machine } from '../machine/machine.ts';
import { startDaemon } from '../machine/start-daemon.ts';
import { startMachine } from '../machine/start-machine.ts';
import { silentProgress } from '../progress/progress.ts';
import type { EnsureOptions } from '../debian/ensure-options.ts';
import { buildRegistryConfiguration } from './build-registry-configuration.ts';

const startTimeoutSeconds = 30;

/** A user of a registry. */
export interface RegistryCredentials {
  readonly username: string;
  readonly password: string;
}

/** How a registry is started. */
export interface RegistryOptions extends EnsureOptions {
  /** The images that {@link Registry.push} can take: those below this directory. */
  readonly images: Pick<TestImages, 'directory'>;
  /** The only one who may pull and push. Default: everybody may. */
  readonly credentials?: RegistryCredentials;
  /** Whether it speaks HTTPS with a certificate of an authority of its own. Default: no, plain HTTP. */
  readonly tls?: boolean;
}

/** A real image registry on 127.0.0.1, with nothing in it at first. Disposing ends it and removes what it holds. */
export interface Registry extends AsyncDisposable {
  /** `127.0.0.1:port`. */
  readonly address: string;
  /** The authority that a client must trust; undefined without TLS. */
  readonly authorityFile: string | undefined;
  /** Every request is a line of it. */
  readonly logFile: string;
  /** Puts an image into the registry as `name` (default: its own) with a tag (default `1`), and gives the reference, `127.0.0.1:port/name:tag`. */
  push(image: { readonly name: string; readonly ociLayout: string }, name?: string, tag?: string): Promise<string>;
}

interface Files {
  readonly directory: string;
  readonly configurationFile: string;
  readonly authorityFile: string | undefined;
  readonly logFile: string;
}

async function writeTls(
  directory: string,
): Promise<{ certificateFile: string; privateKeyFile: string; authorityFile: string }> {
  const authority = await createCertificateAuthority('registry of the testbed');
  const request = { commonName: '127.0.0.1', ipAddresses: ['127.0.0.1'], usages: ['server'] as const };
  const server = await authority.issue(request);
  const at = (name: string): string => join(directory, name);
  await writeFile(at('authority.crt'), authority.certificate);
  await writeFile(at('server.crt'), server.certificate);
  await writeFile(at('server.key'), server.privateKey, { mode: 0o600 });
  return { certificateFile: at('server.crt'), privateKeyFile: at('server.key'), authorityFile: at('authority.crt') };
}

/** A line of htpasswd. docker-registry takes bcrypt alone, which only the machine's crypt(3) knows. */
async function hashPassword(machine: Machine, { username, password }: RegistryCredentials): Promise<string> {
  const script = 'chomp(my $password = <STDIN>); print crypt($password, q($2b$04$testbedtestbedtestbedtu));';
  const { stdout } = await machine.run(['perl', '-e', script], { input: `${password}\n` });
  return `${username}:${stdout}\n`;
}

async function writeFiles(machine: Machine, directory: string, port: number, options: RegistryOptions): Promise<Files> {
  const at = (name: string): string => join(directory, name);
  const passwordFile = options.credentials === undefined ? undefined : at('htpasswd');
  if (options.credentials !== undefined) {
    await writeFile(at('htpasswd'), await hashPassword(machine, options.credentials), { mode: 0o600 });
  }
  const tls = options.tls === true ? await writeTls(directory) : undefined;
  const facts = { port, storageDirectory: at('storage'), passwordFile, tls };
  await writeFile(at('config.yml'), buildRegistryConfiguration(facts));
  return {
    directory,
    configurationFile: at('config.yml'),
    authorityFile: tls?.authorityFile,
    logFile: at('registry.log'),
  };
}

async function serve(machine: Machine, port: number, { configurationFile, logFile }: Files): Promise<void> {
  const argv = ['docker-registry', 'serve', configurationFile];
  const { ended } = await startDaemon(machine, { name: 'docker-registry', argv, logFile });
  const listening = pollUntil(() => isListening(port), {
    what: 'the start of the registry',
    timeoutSeconds: startTimeoutSeconds,
    pollMilliseconds: 20,
  });
  await Promise.race([ended, listening]);
}

function createPush(machine: Machine, address: string, { credentials }: RegistryOptions): Registry['push'] {
  return async (image, name = image.name, tag = imageTag) => {
    const reference = `${address}/${name}:${tag}`;
    const login = credentials === undefined ? [] : [`--dest-creds=${credentials.username}:${credentials.password}`];
    const copy = ['skopeo', 'copy', '--quiet', '--dest-tls-verify=false', ...login];
    await machine.run([...copy, `oci:${image.ociLayout}:${imageTag}`, `docker://${reference}`]);
    return reference;
  };
}

/** Starts docker-registry in a machine of its own, on a free port of 127.0.0.1; takes less than a second. Needs what {@link ensureDebian13} needs. */
export async function startRegistry(options: RegistryOptions): Promise<Registry> {
  const { progress = silentProgress, signal, images } = options;
  const rootTree = await ensureDebian13({ ...options, progress });
  const directory = await mkdtemp(join(tmpdir(), 'interlink-registry-'));
  const cleanup: (() => Promise<void>)[] = [() => rm(directory, { recursive: true, force: true })];
  const dispose = async (): Promise<void> => {
    for (const step of cleanup.splice(0).reverse()) await step();
  };
  try {
    const machineDirectory = join(directory, 'machine');
    await mkdir(machineDirectory);
    const sharedDirectories = [directory, images.directory];
    const machine = await startMachine({ directory: machineDirectory, rootTree, sharedDirectories, signal });
    cleanup.push(() => machine[Symbol.asyncDispose]());
    const [port = 0] = await findFreePorts(1);
    const files = await writeFiles(machine, directory, port, options);
    await serve(machine, port, files);
    const address = `127.0.0.1:${port}`;
    const { authorityFile, logFile } = files;
    const push = createPush(machine, address, options);
    return { address, authorityFile, logFile, push, [Symbol.asyncDispose]: dispose };
  } catch (error) {
    await dispose();
    throw error;
  }
}
