/**
 * The least version of what we stand on that is not known to be unsafe, and what was wrong before it. Where no
 * advisory is known, it is the oldest one that the attacks of these tests were tried on.
 */
export interface SafeVersion {
  readonly name: string
  readonly atLeast: string
  /** The advisory, and what an attacker had of it; or what the older ones were never held to. */
  readonly because: string
}

export const safeVersions: readonly SafeVersion[] = [
  {
    name: 'koa',
    atLeast: '3.1.2',
    because: 'CVE-2026-27959: a malformed `Host` was believed to be the host name',
  },
  {
    name: 'knex',
    atLeast: '2.4.0',
    because: 'CVE-2016-20018: an object in place of a value took the condition out of a query',
  },
  {
    name: '@node-saml/node-saml',
    atLeast: '5.1.0',
    because: 'CVE-2025-54419: an assertion was read from what the signature does not cover',
  },
  {
    name: 'xml-crypto',
    atLeast: '6.0.1',
    because: 'CVE-2025-29774 and CVE-2025-29775: a signed document could be changed unnoticed',
  },
  {
    name: '@xmldom/xmldom',
    atLeast: '0.8.14',
    because:
      'CVE-2026-34601, CVE-2026-41672 and CVE-2026-83605: what it wrote could carry markup of an attacker',
  },
  {
    name: 'xml2js',
    atLeast: '0.5.0',
    because: 'CVE-2023-0842: an element could change the prototype of all objects',
  },
  {
    name: 'nodemailer',
    atLeast: '9.1.1',
    because:
      'GHSA-2x7j-588g-ccc2 and GHSA-wmmp-3585-3rmp: a crafted address held the processor up, or led to another domain',
  },
  {
    name: 'tough-cookie',
    atLeast: '4.1.3',
    because: 'CVE-2023-26136: a cookie could change the prototype of all objects',
  },
  {
    name: 'yaml',
    atLeast: '2.8.3',
    because: 'CVE-2026-33532: a document of deep brackets could end the process by an exception',
  },
  {
    name: 'sqlite3',
    atLeast: '5.1.5',
    because: 'CVE-2022-43441: an object bound to a statement could run code',
  },
  {
    name: 'jose',
    atLeast: '4.15.5',
    because: 'CVE-2024-28176: a small encrypted token could unpack to any size',
  },
  {
    name: 'path-to-regexp',
    atLeast: '8.4.0',
    because: 'CVE-2026-4926 and CVE-2026-4923: an address could keep the event loop busy',
  },
  {
    name: 'ajv',
    atLeast: '8.18.0',
    because: 'CVE-2025-69873: a pattern in the data could keep the event loop busy',
  },
  {
    name: 'fast-uri',
    atLeast: '3.1.8',
    because:
      'CVE-2026-6322, CVE-2026-16221 and CVE-2026-84394: an address led to another host than it seemed to',
  },
  {
    name: 'lodash',
    atLeast: '4.18.0',
    because:
      'CVE-2026-4800 and CVE-2026-2950: a template could run code, a path could take methods from all objects',
  },
  {
    name: 'oidc-provider',
    atLeast: '9.0.0',
    because: 'no advisory is known, and 8.x has not been mended since 2026-04-30',
  },
  untried('openid-client', '6.8.9', 'upstreams that lie (security 49 to 66)'),
  untried('oauth4webapi', '3.8.8', 'upstreams that lie (security 49 to 66)'),
  untried('@simplewebauthn/server', '14.0.3', 'forged ceremonies (security 104)'),
  untried('otplib', '13.5.0', 'codes that are spent (security 91)'),
  untried('ldapts', '9.2.0', 'hostile names and entries'),
  untried('@node-rs/argon2', '2.2.1', 'hashes that are broken (security 100)'),
  untried('@node-rs/bcrypt', '2.0.0', 'hashes that are broken (security 100)'),
  untried('@peculiar/asn1-schema', '2.11.1', 'certificates that are made up'),
  untried('@peculiar/asn1-x509', '2.11.1', 'certificates that are made up'),
  untried('pg', '8.23.1', 'connections that break at a commit'),
  untried('@koa/router', '15.7.0', 'addresses that are made up'),
  untried('raw-body', '3.0.2', 'bodies that are too large or never end'),
  untried('ipaddr.js', '2.5.0', 'addresses that hide a private one'),
  untried('@marcbachmann/cel-js', '8.0.0', 'conditions that run on and on (security 130)'),
  untried('xstate', '5.33.3', 'the checker, which has walked every move'),
  untried('scim-patch', '0.8.3', 'changes that reach for a prototype'),
  untried('scim2-parse-filter', '0.2.10', 'filters that are cut short'),
]

/** Of what `package.json` names, what neither meets anything that others have sent nor decides about anybody. */
export const noBearing: readonly string[] = [
  '@dagrejs/dagre',
  '@opentelemetry/api',
  '@zxcvbn-ts/language-common',
  'koa-compose',
  'koa-mount',
  'light-my-request',
  'pino',
  'prom-client',
  'qrcode',
]

function untried(name: string, atLeast: string, by: string): SafeVersion {
  return { name, atLeast, because: `no advisory is known; an older one was never held to ${by}` }
}
