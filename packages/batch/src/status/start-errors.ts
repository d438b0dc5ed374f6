/** Sentences for the runner's words on a container that could not be started. */
const startErrors: Readonly<Record<string, string>> = {
  CommandNotFound: 'the command was not found',
  CommandNotExecutable: 'the command is not an executable file',
  WorkingDirectoryNotUsable: 'the working directory cannot be entered',
  SubPathNotUsable: 'a subPath is no directory any more, or a link that leads out of the volume',
  HostPathNotAllowed: 'on the machine of the job the path leads out of what the site allows',
  HostPathMissing: 'its path is not there on the machine of the job, and could not be made',
  HostPathOfOtherType: 'on the machine of the job the path is of another type than asked for',
  HostPathNotReadOnly: 'the site allows only to read, which cannot be held up for a socket or a device',
  MountFailed: 'a volume could not be mounted; the log says more',
  EnvironmentNotPossible: 'the environment has names that need perl or python3 on the machine, and neither is there',
  SetsidNotFound: 'setsid(1) is missing on the machine',
  PullKilled: 'the program that pulls the image was killed on the machine of the job',
  NotStarted: 'the pod was ended before the container started',
};

/** A sentence for what the runner wrote, e.g. `HostPathMissing data`; undefined for a word that is none of its own. */
export function describeStartError(detail: string): string | undefined {
  const [word = '', volume] = detail.split(' ');
  const sentence = startErrors[word];
  return sentence === undefined || volume === undefined ? sentence : `volume ${volume}: ${sentence}`;
}
