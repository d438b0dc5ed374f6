import { describe, expect, it } from 'vitest';
import { readOAuthConfig } from './oauth-config.ts';

const where = 'config.yaml: Extensions.OAuth2';
const environment = { XDG_STATE_HOME: '/state' };

describe('readOAuthConfig', () => {
  it('gives nothing where nobody asks for it', () => {
    expect(readOAuthConfig(undefined, { where, environment: { IAM_CLIENT_ID: 'x' } })).toBeUndefined();
  });

  it('reads the environment of the token refresher as it is', () => {
    const given = {
      ...environment,
      IAM_GRANT_TYPE: 'authorization_code',
      IAM_TOKEN_ENDPOINT: 'https://iam.example/token',
      IAM_CLIENT_ID: 'client',
      IAM_CLIENT_SECRET: 'secret',
      IAM_REFRESH_TOKEN: 'refresh',
      IAM_VK_AUD: 'interlink',
    };
    expect(readOAuthConfig(undefined, { where, environment: given })).toEqual({
      tokenEndpoint: 'https://iam.example/token',
      clientId: 'client',
      clientSecret: 'secret',
      audience: 'interlink',
      refreshToken: {
        value: 'refresh',
        stateFile: expect.stringMatching(/^\/state\/interlink\/oauth2-\w{12}\.json$/) as string,
      },
    });
    const credentials = { ...given, IAM_GRANT_TYPE: 'client_credentials' };
    expect(readOAuthConfig(undefined, { where, environment: credentials })).not.toHaveProperty('refreshToken');
  });

  it('prefers the file, whose secrets are in files', () => {
    const block = {
      TokenURL: 'https://iam.example/token',
      ClientID: 'client',
      ClientSecretFile: '/secret',
      RefreshTokenFile: '/refresh',
      StateFile: '/kept',
    };
    const given = {
      IAM_CLIENT_SECRET: 'other',
      IAM_REFRESH_TOKEN: 'other',
      IAM_TOKEN_ENDPOINT: 'https://other.example',
    };
    expect(readOAuthConfig(block, { where, environment: given })).toEqual({
      tokenEndpoint: 'https://iam.example/token',
      clientId: 'client',
      clientSecretFile: '/secret',
      refreshToken: { file: '/refresh', stateFile: '/kept' },
    });
  });

  it.each([
    [{ ClientID: 'x' }, 'TokenURL and ClientID are required'],
    [{ TokenURL: 'http://iam.example/token', ClientID: 'x' }, 'must be an https URL'],
    [
      { TokenURL: 'https://iam.example/token', ClientID: 'x', GrantType: 'refresh_token' as const },
      'RefreshTokenFile is required',
    ],
  ])('refuses %j', (block, words) => {
    expect(() => readOAuthConfig(block, { where, environment })).toThrow(words);
  });
});
