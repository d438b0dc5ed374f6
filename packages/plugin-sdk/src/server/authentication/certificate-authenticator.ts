import type { Authenticator } from './authenticator.ts';

/** Takes a verified client certificate for its common name, with its organizations as groups, as Kubernetes does. */
export const authenticateCertificate: Authenticator = ({ certificate }) =>
  Promise.resolve(
    certificate === undefined
      ? undefined
      : { name: certificate.commonName, groups: certificate.organizations, by: 'certificate' },
  );
