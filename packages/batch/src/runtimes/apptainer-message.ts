import { honoured, ignored, unlessDefault, type VerdictRule } from '@interlink/plugin-sdk';
import type { Bind, ContainerStart, StartRequest } from '../contract/container-runtime.ts';
import type { TreeEntry } from '../contract/host.ts';
import { isInDevices, messageFile } from '../pod/message-file.ts';

/** A directory that is in every container of apptainer, and its own. */
const metadata = '/.singularity.d';
const ownDirectory = `${metadata}/interlink`;
const gate = `${ownDirectory}/gate`;

/** What apptainer reads, with a shell of its own, before it becomes the container's program: variables of an image, and this. */
const gateScript: TreeEntry = {
  kind: 'file',
  path: 'gate.sh',
  mode: 0o644,
  content: `read -r il_gate <${gate}\nunset il_gate\n`,
};

const directlyInDevices = /^\/dev\/[^/]+$/;

/** What becomes of `terminationMessagePath`. */
export const apptainerMessageVerdict: VerdictRule = unlessDefault(['/dev/termination-log'], (value) => {
  const path = String(value);
  if (!isInDevices(path) || directlyInDevices.test(path)) return honoured();
  return ignored('there are no directories in /dev; name another path');
});

/**
 * How the container gets the file of its termination message. Apptainer mounts no file in its `/dev`, where pods have theirs unless they
 * say otherwise, but a link made there before the program starts leads to one.
 */
export function mountMessage({
  message,
  directory,
}: StartRequest): Pick<ContainerStart, 'files' | 'link'> & { readonly binds: readonly Bind[] } {
  if (!message) return { binds: [] };
  if (!isInDevices(message.target)) return { binds: [message], files: [messageFile] };
  if (!directlyInDevices.test(message.target)) return { binds: [] };
  const own = { type: 'file', readOnly: true, owned: false, field: message.field } as const;
  const target = `${ownDirectory}/termination-log`;
  return {
    binds: [
      { ...message, target },
      { ...own, source: `${directory}/${gateScript.path}`, target: `${metadata}/env/00-interlink.sh` },
      { ...own, source: `${directory}/gate`, target: gate },
    ],
    files: [messageFile, gateScript],
    link: { path: message.target, target, gate },
  };
}
