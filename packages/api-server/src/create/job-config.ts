import type { ScriptBuildConfig } from '@interlink/spec';

/**
 * The job-script builder's configuration as it is on the wire: every key of the Go struct, zero-valued where nothing is configured.
 *
 * @remarks Go peers always find `jobConfig` in a create request, because `omitempty` has no effect on a struct.
 */
export function fillJobConfig(configured: ScriptBuildConfig = {}): ScriptBuildConfig {
  return {
    SingularityHubProxy: { server: '', master_token: '', cache_validity_seconds: 0, ...configured.SingularityHubProxy },
    ApptainerOptions: {
      executable: '',
      fakeroot: false,
      containall: false,
      fuseMode: '',
      noInit: false,
      noHome: false,
      noPrivs: false,
      nvidiaSupport: false,
      cleanenv: false,
      unsquash: false,
      ...configured.ApptainerOptions,
    },
    Volumes: {
      scratch_area: '',
      apptainer_cachedir: '',
      image_dir: '',
      additional_directories_in_path: null,
      fuse_sleep_seconds: 0,
      ...configured.Volumes,
    },
  };
}
