import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLogger, silentLogger } from '@interlink/runtime';
import { loadApiConfig } from './config/load-api-config.ts';
import { startApiServer } from './start-api-server.ts';
import { podCreateRequest } from './__fixtures__/create-request.ts';
import { fakePlugin } from './testing/fake-plugin.ts';
import { rawHttpRequest } from './testing/raw-http-request.ts';
import { readRequest, startRawHttpServer } from './testing/raw-http-server.ts';

/** A certificate whose key is gone. */
const untilNewYear2031 = `-----BEGIN CERTIFICATE-----
MIIBHDCBxKADAgECAhAlgAQwgM8eEtSrBTuToO2SMAoGCCqGSM49BAMCMA8xDTAL
BgNVBAMTBHllYXIwHhcNMzAwMTAxMDAwMDAwWhcNMzEwMTAxMDAwMDAwWjAPMQ0w
CwYDVQQDEwR5ZWFyMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEgY7lvH6CJc/T
7Yb6hB9Z24mMTrDa2iKlDKFBUPxA+WXFHc2ma/J/znxNq/dD38vg4Rg89MsLaBtB
/q+qtfsZUqMCMAAwCgYIKoZIzj0EAwIDRwAwRAIgbX2fP3bpsBnLNAf7+RhYfKDF
Nrx1wGeXWFM1QjERWWUCIF6Rsuep8/37DBMWm4pLuD8avTBmz9uAHh4B4/mOPTc2
-----END CERTIFICATE-----
`;

let directory = '';
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'interlink-api-'));
});
afterAll(() => rm(directory, { recursive: true }));

async function configFile(name: string, yaml: string): Promise<string> {
  const file = join(directory, name);
  await writeFile(file, yaml);
  return file;
}

describe('startApiServer', () => {
  it('starts from an unchanged Go file, on a unix socket, and relays to the plugin', async () => {
    await using plugin = await startRawHttpServer(
      (request, response) => void readRequest(request).then(() => response.end('alive')),
    );
    const port = new URL(plugin.url).port;
    const socketPath = join(directory, 'il.sock');
    const file = await configFile(
      'a.yaml',
      `InterlinkAddress: "unix://${socketPath}"\nInterlinkPort: "0"\nSidecarURL: "http://127.0.0.1"\nSidecarPort: "${port}"\nVerboseLogging: true\nErrorsOnlyLogging: false\nDataRootFolder: "~/.interlink"\n`,
    );
    const { config, warnings } = await loadApiConfig({ file, environment: {} });
    expect(warnings).toEqual([]);
    await using server = await startApiServer(config, { logger: silentLogger });
    expect(server.address).toBe(`unix://${socketPath}`);
    const answer = await rawHttpRequest('http://unix', { method: 'POST', path: '/pinglink', socketPath });
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.text)).toEqual({ status: 'alive' });
  });

  it('asks its callers for a token of the file, as it is at that moment', async () => {
    const tokens = join(directory, 'tokens');
    await writeFile(tokens, 'first\n\nsecond\n');
    const file = await configFile('b.yaml', `SidecarURL: unix:///none\nExtensions: { CallerTokenFile: ${tokens} }\n`);
    const { config } = await loadApiConfig({ file, environment: { INTERLINKPORT: '0' } });
    const plugin = fakePlugin({ ping: () => Promise.resolve({}) });
    await using server = await startApiServer(config, { logger: silentLogger, plugin });
    const ping = async (authorization?: string): Promise<number> => {
      const headers: Record<string, string> = authorization === undefined ? {} : { authorization };
      return (await rawHttpRequest(server.address, { method: 'POST', path: '/pinglink', headers })).status;
    };
    expect([await ping(), await ping('Bearer wrong'), await ping('Bearer second')]).toEqual([401, 401, 200]);
    await writeFile(tokens, 'third\n');
    expect([await ping('Bearer second'), await ping('Bearer third')]).toEqual([401, 200]);
  });

  it('has the metrics that the guide lists, and no other', async () => {
    const guide = await readFile(new URL('../../../docs/guides/operations.md', import.meta.url), 'utf8');
    const listed = [...guide.matchAll(/^\| `(interlink_\w+)` .*\| (?:API, plugins|both|all) +\|/gm)].map(
      ([, name]) => name,
    );
    const file = await configFile('m.yaml', 'SidecarURL: unix:///none\n');
    const { config } = await loadApiConfig({ environment: { INTERLINKCONFIGPATH: file, INTERLINKPORT: '0' } });
    await using server = await startApiServer(config, { logger: silentLogger });
    const { text } = await rawHttpRequest(server.address, { method: 'GET', path: '/metrics' });
    const served = [...text.matchAll(/^# TYPE (interlink_\w+) /gm)].map(([, name]) => name);
    expect(served.toSorted()).toEqual(listed.toSorted());
    expect(text).toContain('nodejs_eventloop_lag_seconds');
  });

  it('tells when the authorities of the plugin end', async () => {
    const authorities = join(directory, 'plugin-ca.crt');
    await writeFile(authorities, untilNewYear2031);
    const yaml = `SidecarURL: https://localhost:1\nExtensions: { PluginTLS: { CACertFile: ${authorities} } }\n`;
    const { config } = await loadApiConfig({
      file: await configFile('ca.yaml', yaml),
      environment: { INTERLINKPORT: '0' },
    });
    await using server = await startApiServer(config, { logger: silentLogger });
    const read = async (): Promise<string> =>
      (await rawHttpRequest(server.address, { method: 'GET', path: '/metrics' })).text;
    const series = `interlink_certificate_expiry_timestamp_seconds{use="server_authority"} ${Date.UTC(2031, 0) / 1000}`;
    await expect.poll(read, { timeout: 10_000 }).toContain(series);
  });

  it('renders the template file into the job script', async () => {
    const template = join(directory, 'job.tmpl');
    await writeFile(template, '#!/bin/sh\nrun {{ (index .Pod.Spec.Containers 0).Image | shellQuote }}\n');
    const file = await configFile('c.yaml', `SidecarURL: unix:///none\nJobScriptTemplate: ${template}\n`);
    const { config } = await loadApiConfig({ environment: { INTERLINKCONFIGPATH: file, INTERLINKPORT: '0' } });
    let jobScript: unknown;
    const plugin = fakePlugin({
      create: (data) => {
        jobScript = data.jobScript;
        return Promise.resolve({ PodUID: 'u', PodJID: '1' });
      },
    });
    await using server = await startApiServer(config, { logger: silentLogger, plugin });
    await rawHttpRequest(server.address, { method: 'POST', path: '/create', body: JSON.stringify(podCreateRequest) });
    expect(jobScript).toBe("#!/bin/sh\nrun 'python:3.12'\n");
  });

  it.each([
    ['JobScriptTemplate: /no/such/file', 'JobScriptTemplate: /no/such/file cannot be read'],
    ['Extensions: { CallerTokenFile: /no/such/file }', 'the token file /no/such/file cannot be read'],
    ['Extensions: { PluginTokenFile: /no/such/file }', 'the token file /no/such/file cannot be read'],
  ])('does not start with %s', async (line, message) => {
    const file = await configFile('d.yaml', `SidecarURL: http://localhost:1\n${line}\n`);
    const { config } = await loadApiConfig({ file, environment: { INTERLINKPORT: '0' } });
    await expect(startApiServer(config, { logger: silentLogger })).rejects.toThrow(message);
  });

  it('names the file of a template with a mistake', async () => {
    const template = join(directory, 'bad.tmpl');
    await writeFile(template, 'a\n{{ nonsense }}');
    const file = await configFile('e.yaml', `SidecarURL: http://localhost:1\nJobScriptTemplate: ${template}\n`);
    const { config } = await loadApiConfig({ file, environment: { INTERLINKPORT: '0' } });
    await expect(startApiServer(config, { logger: silentLogger })).rejects.toThrow(
      `${template}:2: nonsense is no function`,
    );
  });

  it('writes no secret to its log, whatever the level', async () => {
    const lines: string[] = [];
    const logger = createLogger({
      name: 'api',
      level: 'debug',
      destination: { write: (line) => void lines.push(line) },
    });
    const tokens = join(directory, 'secret-tokens');
    await writeFile(tokens, 'caller-credential\n');
    await using builder = await startRawHttpServer(
      (request, response) => void readRequest(request).then(() => response.writeHead(500).end('no')),
    );
    const file = await configFile(
      'f.yaml',
      `SidecarURL: unix:///none\nJobScriptBuildConfig: { singularity_hub: { master_token: hub-credential } }\nExtensions: { CallerTokenFile: ${tokens}, JobScriptBuilderURL: "${builder.url}" }\n`,
    );
    const { config } = await loadApiConfig({ file, environment: { INTERLINKPORT: '0' } });
    await using server = await startApiServer(config, { logger, plugin: fakePlugin() });
    const headers = { authorization: 'Bearer caller-credential' };
    const answer = await rawHttpRequest(server.address, {
      method: 'POST',
      path: '/create',
      headers,
      body: JSON.stringify(podCreateRequest),
    });
    expect(answer.status).toBe(502);
    const log = lines.join('');
    expect(log).toContain('request failed');
    for (const secret of ['caller-credential', 'hub-credential', 'c2VjcmV0', 'eyJ']) expect(log).not.toContain(secret);
    expect(await readFile(file, 'utf8')).toContain('hub-credential');
  });
});
