/**
 * Streams of a pod by the JavaScript client, in a process of its own: the test runner would give the client the WebSocket of browsers. Arguments: kubeconfig, what
 * to do, and its arguments. What comes goes to standard output and standard error, and the status of a command to standard output as the last line.
 */
import { Attach, Exec, KubeConfig, PortForward } from '@kubernetes/client-node';

const [kubeconfig, kind, pod, target, ...command] = process.argv.slice(2);
const config = new KubeConfig();
config.loadFromFile(kubeconfig);
const { stdin, stdout, stderr } = process;

if (kind === 'port-forward') {
  const socket = await new PortForward(config).portForward('default', pod, [Number(target)], stdout, stderr, stdin);
  // The input alone would keep the process.
  socket.on('close', () => stdin.destroy());
} else if (kind === 'exec') {
  await new Exec(config).exec('default', pod, target, command, stdout, stderr, stdin, false, (status) => {
    stdout.write(JSON.stringify(status));
    stdin.destroy();
  });
} else {
  await new Attach(config).attach('default', pod, target, stdout, stderr, stdin, false);
}
