import { describe, expect, it } from 'vitest';
import { isConfigError } from '@interlink/runtime';
import { readLegacyConfig, type LoadedApiConfig } from './api-server-legacy-config.ts';

const read = (value: unknown, environment: Record<string, string> = {}): LoadedApiConfig =>
  readLegacyConfig(value, { file: 'InterLinkConfig.yaml', environment });

const minimal = {
  InterlinkAddress: 'http://0.0.0.0',
  InterlinkPort: '3000',
  SidecarURL: 'http://localhost',
  SidecarPort: '4000',
};

describe('the configuration of the Go API server', () => {
  it('is read as it is', () => {
    const { config, warnings } = read({
      InterlinkAddress: 'https://0.0.0.0',
      InterlinkPort: 3000,
      SidecarURL: 'http://plugin',
      SidecarPort: '4000',
      VerboseLogging: true,
      ErrorsOnlyLogging: false,
      DataRootFolder: '~/.interlink',
      TLS: { Enabled: true, CertFile: '/c.pem', KeyFile: '/k.pem', CACertFile: '/ca.pem' },
      JobScriptTemplate: '/job.tmpl',
      JobScriptBuildConfig: {
        singularity_hub: { server: 'https://hub', master_token: 't', cache_validity_seconds: 60 },
        apptainer_options: { executable: 'apptainer', fuse_mode: 'host', nvidia_support: true },
        volumes_options: { scratch_area: '/scratch', additional_directories_in_path: ['/opt'], fuse_sleep_seconds: 5 },
      },
    });
    expect(warnings).toEqual([]);
    expect(config).toEqual({
      address: 'https://0.0.0.0:3000',
      tls: { certFile: '/c.pem', keyFile: '/k.pem', caFile: '/ca.pem' },
      insecure: true,
      plugin: { url: 'http://plugin:4000' },
      cache: {},
      logLevel: 'debug',
      jobScript: {
        allowedHosts: [],
        templateFile: '/job.tmpl',
        buildConfig: {
          SingularityHubProxy: { server: 'https://hub', master_token: 't', cache_validity_seconds: 60 },
          ApptainerOptions: { executable: 'apptainer', fuseMode: 'host', nvidiaSupport: true },
          Volumes: { scratch_area: '/scratch', additional_directories_in_path: ['/opt'], fuse_sleep_seconds: 5 },
        },
      },
    });
  });

  it.each([
    [{ SidecarURL: 'unix:///run/plugin.sock' }, 'http://127.0.0.1:3000', 'unix:///run/plugin.sock'],
    [
      { ...minimal, InterlinkAddress: 'unix:///run/il.sock', InterlinkPort: '' },
      'unix:///run/il.sock',
      'http://localhost:4000',
    ],
    [{ ...minimal, SidecarURL: 'https://plugin' }, 'http://0.0.0.0:3000', 'https://plugin:4000'],
    [{ ...minimal, SidecarURL: 'http://plugin:80', SidecarPort: '' }, 'http://0.0.0.0:3000', 'http://plugin:80'],
  ])('joins the addresses of %j', (value, address, plugin) => {
    expect(read(value).config).toMatchObject({ address, plugin: { url: plugin } });
  });

  it('lets the environment win', () => {
    const environment = {
      INTERLINKURL: 'http://127.0.0.1',
      INTERLINKPORT: '3111',
      SIDECARURL: 'http://other',
      SIDECARPORT: '4111',
    };
    expect(read(minimal, environment).config).toMatchObject({
      address: 'http://127.0.0.1:3111',
      plugin: { url: 'http://other:4111' },
    });
    expect(read({}, environment).config.plugin.url).toBe('http://other:4111');
  });

  it.each([
    [{ VerboseLogging: true, ErrorsOnlyLogging: true }, 'debug'],
    [{ ErrorsOnlyLogging: true }, 'error'],
    [{}, 'info'],
  ])('maps %j to the level %s', (flags, level) => {
    expect(read({ ...minimal, ...flags }).config.logLevel).toBe(level);
  });

  it.each([
    [{ InterlinkURL: 'x' }, 'nothing reads the key InterlinkURL'],
    [{ SideCarURL: 'x' }, 'nothing reads the key SideCarURL; "SidecarURL" is known'],
    [{ TLS: { certfile: 'x' } }, 'nothing reads the key TLS.certfile; "CertFile" is known'],
    [
      { JobScriptBuildConfig: { volume_options: {} } },
      'JobScriptBuildConfig.volume_options; "volumes_options" is known',
    ],
    [{ TLS: { Enabled: true } }, 'TLS.Enabled has no effect'],
    [
      { Pprof: { Enabled: true, Address: '0.0.0.0' } },
      'Pprof.Address: profiles hold secrets and are served on 127.0.0.1',
    ],
  ])('warns about %j', (value, warning) => {
    const { warnings } = read({ ...minimal, ...value });
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toContain(warning);
  });

  it('reads its own block strictly', () => {
    const Extensions = {
      CallerTokenFile: '/callers',
      PluginTokenFile: '/token',
      PluginTLS: { CACertFile: '/ca.pem' },
      JobScriptBuilderURL: 'https://builder/build',
      JobScriptAllowedHosts: ['other:8080'],
      JobScriptTimeoutSeconds: 5,
      StatusCacheEntries: 10,
      StatusCacheSeconds: 60,
    };
    expect(read({ ...minimal, Extensions }).config).toMatchObject({
      callerTokenFile: '/callers',
      plugin: { tokenFile: '/token', tls: { caFile: '/ca.pem' } },
      jobScript: { builderUrl: 'https://builder/build', allowedHosts: ['other:8080'], timeoutSeconds: 5 },
      cache: { maximumEntries: 10, lifetimeSeconds: 60 },
    });
    expect(() => read({ ...minimal, Extensions: { CallerTokenfile: 'x' } })).toThrow(
      'unknown key Extensions.CallerTokenfile',
    );
  });

  it.each([
    [{}, {}, 'InterLinkConfig.yaml: SidecarURL is required'],
    [{ ...minimal, SidecarURL: 'ftp://x' }, {}, 'InterLinkConfig.yaml: SidecarURL must begin with'],
    [{ ...minimal, SidecarURL: 'http://x/path' }, {}, 'SidecarURL must be a host'],
    [{ ...minimal, SidecarPort: '' }, {}, 'InterLinkConfig.yaml: SidecarPort is required'],
    [{ ...minimal, InterlinkPort: 'many' }, {}, 'InterLinkConfig.yaml: InterlinkPort must be a port number'],
    [minimal, { SIDECARPORT: '99999' }, 'environment SIDECARPORT must be a port number'],
    [{ ...minimal, VerboseLogging: 'yes' }, {}, 'InterLinkConfig.yaml: VerboseLogging'],
    [{ ...minimal, TLS: 'on' }, {}, 'InterLinkConfig.yaml: TLS'],
    [{ ...minimal, InterlinkAddress: 'https://x' }, {}, 'InterLinkConfig.yaml: TLS.CertFile is required'],
    [{ ...minimal, TLS: { CertFile: '/c' } }, { INTERLINKURL: 'https://x' }, 'TLS.KeyFile is required'],
    [{ ...minimal, Extensions: { JobScriptBuilderURL: 'builder' } }, {}, 'Extensions.JobScriptBuilderURL'],
    [['a'], {}, 'InterLinkConfig.yaml'],
  ])('refuses %j with environment %j', (value, environment, message) => {
    let error: unknown;
    try {
      read(value, environment);
    } catch (thrown) {
      error = thrown;
    }
    expect(isConfigError(error)).toBe(true);
    expect(String(error)).toContain(message);
  });
});
