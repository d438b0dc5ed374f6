import { describe, expect, it } from 'vitest';
import { parseSourcesList, parseSourcesStanzas } from './parse-apt-sources.ts';

describe('the sources of apt', () => {
  it('are read from lines', () => {
    const text = `# comment
deb http://one.example/debian bookworm main contrib
deb [arch=amd64 signed-by=/k.gpg] https://two.example/debian/ sid main
deb-src http://one.example/debian bookworm main
`;
    expect(parseSourcesList(text)).toEqual([
      { uri: 'http://one.example/debian', suites: ['bookworm'] },
      { uri: 'https://two.example/debian/', suites: ['sid'] },
    ]);
  });

  it('are read from stanzas, without those that are switched off or hold sources only', () => {
    const text = `Types: deb deb-src
# http://comment.example/debian
URIs: http://one.example/debian
 http://two.example/debian
Suites: bookworm bookworm-updates
Components: main

Types: deb-src
URIs: http://three.example/debian
Suites: bookworm

Enabled: no
Types: deb
URIs: http://four.example/debian
Suites: bookworm
`;
    const suites = ['bookworm', 'bookworm-updates'];
    expect(parseSourcesStanzas(text)).toEqual([
      { uri: 'http://one.example/debian', suites },
      { uri: 'http://two.example/debian', suites },
    ]);
  });
});
