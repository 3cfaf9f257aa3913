/** The least version of what we stand on that is not known to be unsafe, and what was wrong before it. */
export interface SafeVersion {
  readonly name: string
  readonly atLeast: string
  /** The advisory, and what an attacker had of it. */
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
    atLeast: '0.8.4',
    because: 'CVE-2022-39353: a document with several roots was taken for one',
  },
  {
    name: 'xml2js',
    atLeast: '0.5.0',
    because: 'CVE-2023-0842: an element could change the prototype of all objects',
  },
  {
    name: 'nodemailer',
    atLeast: '7.0.7',
    because: 'GHSA-mm7p-fcc7-pg87: a quoted address could be delivered to another domain',
  },
  {
    name: 'tough-cookie',
    atLeast: '4.1.3',
    because: 'CVE-2023-26136: a cookie could change the prototype of all objects',
  },
  {
    name: 'yaml',
    atLeast: '2.2.2',
    because: 'CVE-2023-2251: a document could end the process by an exception',
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
    atLeast: '8.0.0',
    because: 'CVE-2024-45296: an address could keep the event loop busy',
  },
  {
    name: 'ajv',
    atLeast: '6.12.3',
    because: 'CVE-2020-15366: a schema could change the prototype of all objects',
  },
]
