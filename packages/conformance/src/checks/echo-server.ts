/** In Python: listens, says so, and sends back what comes on one connection after the other; closes when the input has ended. */
const python = `import os, socket, threading
server = socket.socket(); server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
server.bind(("127.0.0.1", int(os.environ["ECHO_PORT"]))); server.listen(16); print("listening", flush=True)
def serve(link):
    try:
        while True:
            data = link.recv(65536)
            if not data: break
            link.sendall(data)
    except OSError: pass
    link.close()
while True: threading.Thread(target=serve, args=(server.accept()[0],), daemon=True).start()`;

/** The same in Perl, without modules. */
const perl = `$| = 1; $SIG{CHLD} = "IGNORE";
socket(my $server, 2, 1, 0) and setsockopt($server, 1, 2, pack("l", 1)) or die "$!";
bind($server, pack("S n C4 x8", 2, $ENV{ECHO_PORT}, 127, 0, 0, 1)) and listen($server, 16) or die "$!";
print "listening\\n";
while (1) { accept(my $link, $server) or next; next if fork; close $server; my $data;
  while (sysread($link, $data, 65536)) { for (my $at = 0; $at < length $data;) { $at += syswrite($link, $data, 65536, $at) || exit } }
  exit }`;

/** What the echo server prints where the image has nothing to make one of. */
export const noServer = 'no server';

/** A script that serves an echo at a port of the container, by what its image has. */
export const echoScript = `if type python3 >/dev/null 2>&1; then exec python3 -c "$ECHO_PYTHON"; fi
if type perl >/dev/null 2>&1; then exec perl -e "$ECHO_PERL"; fi
if nc --help 2>&1 | grep -q -e '-e PROG'; then echo listening; while :; do nc -l -p "$ECHO_PORT" -e cat; done; fi
echo ${noServer}; sleep 600`;

/** The variables that {@link echoScript} reads. */
export function echoVariables(port: number): Readonly<Record<string, string>> {
  return { ECHO_PORT: String(port), ECHO_PYTHON: python, ECHO_PERL: perl };
}
