import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { inspect } from 'node:util'
import type { ConnectionFile } from '../../src/language/settings.ts'
import { isExternal, missingSecrets } from '../../src/language/settings.ts'
import { door, load } from './small.ts'

const env = (name: string, fallback?: string) =>
  `$\{env:${name}${fallback === undefined ? '' : `:-${fallback}`}}`

const github = (more = '') => `
connections:
  north:
    title: North
    protocol: oauth2
    authorizationEndpoint: ${env('GIT_URL', 'http://localhost:3003')}/login/oauth/authorize
    tokenEndpoint: https://git.test/token
    userInfoEndpoint: https://git.test/user
    clientId: c
    clientSecret: ${env('NORTH')}
    jit: ${env('GIT_JIT', 'true')}
${more}`
const connection = (text: string, values: Record<string, string> = {}, overlays = {}) => {
  const { organisation, problems } = load(door, {
    files: { 'connections.yaml': text },
    env: values,
    overlays,
  })
  assert.deepEqual(problems, [])
  return organisation!.connections[0] as ConnectionFile & { protocol: 'oauth2' }
}
const codes = (file: string, text: string) =>
  load(door, { files: { [file]: text } }).problems.map(({ code, hint }) => `${code}: ${hint}`)

describe('a connection', () => {
  it('takes plain values from the environment, or their defaults', () => {
    const plain = connection(github())
    assert.equal(plain.authorizationEndpoint, 'http://localhost:3003/login/oauth/authorize')
    assert.equal(plain.jit, true)
    const real = connection(github(), { GIT_URL: 'https://github.com', GIT_JIT: 'false' })
    assert.equal(real.authorizationEndpoint, 'https://github.com/login/oauth/authorize')
    assert.equal(real.jit, false)
  })

  it('says whether its addresses count as verified, where they do not as it says', () => {
    const said = (text: string) => connection(github(text)).emailVerified
    assert.deepEqual(
      ['', '    emailVerified: claim', '    emailVerified: never', '    emailVerified: always'].map(
        said,
      ),
      [undefined, undefined, false, true],
    )
  })

  it('makes its accounts in the directory it names, and keeps what others have written (A-7, W-2, W-3)', () => {
    const { directory, sync } = connection(github())
    assert.deepEqual([directory, sync], ['internal', 'preserve'])
    const files = {
      'connections.yaml': github('    directory: customers\n    sync: override'),
      'directories.yaml': 'directories:\n  customers: { title: Customers, kind: local }\n',
    }
    const [named] = load(door, { files, env: {}, overlays: {} }).organisation!.connections
    assert.deepEqual([named!.directory, named!.sync], ['customers', 'override'])
  })

  it('refuses a directory that is nowhere declared, and a way to sync that there is none (W-2)', () => {
    assert.match(codes('connections.yaml', github('    directory: nope'))[0]!, /^directory-unknown/)
    assert.match(codes('connections.yaml', github('    sync: sometimes'))[0]!, /^value-invalid/)
  })

  it('takes the default where a variable is set to nothing', () => {
    assert.equal(connection(github(), { GIT_JIT: '' }).jit, true)
  })

  it('is laid over by the database', () => {
    const laid = connection(
      github(),
      { GIT_JIT: 'true' },
      { north: { jit: false, enabled: false } },
    )
    assert.deepEqual([laid.jit, laid.enabled], [false, false])
  })

  it('refuses a value of the environment that is none', () => {
    const { problems } = load(door, {
      files: { 'connections.yaml': github() },
      env: { GIT_JIT: 'perhaps', GIT_URL: 'javascript:alert(1)' },
    })
    assert.deepEqual(
      problems.map(({ code }) => code),
      ['value-invalid', 'value-invalid'],
    )
  })

  it('names by reference a secret that never shows', () => {
    const { clientSecret } = connection(github(), { NORTH: 'hunter2' })
    assert.equal(clientSecret.reference, 'NORTH')
    assert.equal(clientSecret.value?.reveal(), 'hunter2')
    assert.doesNotMatch(inspect(clientSecret) + JSON.stringify(clientSecret), /hunter2/)
  })

  it('can be checked where the secret is not set', () => {
    const { organisation } = load(door, { files: { 'connections.yaml': github() } })
    assert.deepEqual(missingSecrets(organisation!), ['NORTH', 'SHOP'])
  })

  const literals = ['hunter2', env('NORTH', 'hunter2'), `x${env('NORTH')}`, '12345', '[a]', "''"]
  for (const literal of literals) {
    it(`refuses ${literal} where a secret should be`, () => {
      const found = codes('connections.yaml', github().replace(env('NORTH'), literal))
      assert.equal(found.length, 1)
      assert.match(found[0]!, /^secret-literal/)
    })
  }

  const wrong: readonly [string, string, string, RegExp][] = [
    ['a misspelt field', 'clientId: c', 'cleintId: c', /key-unknown: did you mean `clientId`/],
    ['a missing field', '    clientId: c\n', '', /key-missing: add `clientId:`/],
    [
      'a misspelt protocol',
      'protocol: oauth2',
      'protocol: oaut2',
      /value-invalid: did you mean `oauth2`/,
    ],
    [
      'an address that is none',
      'https://git.test/token',
      'git.test',
      /value-invalid: write an address/,
    ],
    [
      'an address with a password in it',
      'https://git.test/token',
      'https://a:b@git.test/',
      /value-invalid/,
    ],
    [
      'a list that is none',
      '    clientId: c\n',
      '    clientId: c\n    scopes: openid\n',
      /shape-invalid/,
    ],
    ['an id with capitals', '  north:', '  North:', /name-invalid/],
    ['an id that is a step', '  north:', '  knock:', /name-taken/],
    ['an id that means something else', '  north:', '  local:', /name-taken/],
    ['a reference that is none', env('GIT_JIT', 'true'), `$\{env:git}`, /value-invalid: write/],
  ]
  for (const [what, from, to, expected] of wrong) {
    it(`refuses ${what}`, () => {
      const text = github()
      assert.ok(text.includes(from), from)
      const found = codes('connections.yaml', text.replace(from, to))
      assert.ok(
        found.some((each) => expected.test(each)),
        found.join('\n'),
      )
    })
  }
})

describe('an application', () => {
  const application = (more: string) => `
applications:
  shop: { title: Shop, flow: shop, redirectUris: ['https://shop.test/cb'], ${more} }
`
  it('is complete: addresses, client authentication, release', () => {
    const { organisation } = load(door, {
      files: {
        'applications.yaml': application(
          `auth: none, release: [sub, email], acr: 'urn:sallyport:acr:2', postLogoutRedirectUris: ['https://shop.test/']`,
        ),
      },
    })
    const { place, ...shop } = organisation!.applications[0]!
    assert.deepEqual(shop, {
      id: 'shop',
      title: 'Shop',
      flow: 'shop',
      redirectUris: ['https://shop.test/cb'],
      postLogoutRedirectUris: ['https://shop.test/'],
      auth: 'none',
      administers: false,
      selfService: false,
      signing: 'ES256',
      release: ['sub', 'email'],
      acr: 'urn:sallyport:acr:2',
    })
    assert.equal(place.line, 3)
  })

  const pages = (more: string, other = '') => `
applications:
  shop: { title: Shop, flow: shop, portal: account${more} }
${other}`

  it('is one of our own pages by its name alone: public, and for the account API', () => {
    const files = { 'applications.yaml': pages('') }
    const { portal, auth, administers, selfService, redirectUris } = load(door, { files })
      .organisation!.applications[0]!
    assert.deepEqual(
      { portal, auth, administers, selfService, redirectUris },
      { portal: 'account', auth: 'none', administers: false, selfService: true, redirectUris: [] },
    )
  })

  it('decides nothing beside that it is one, and is the one alone', () => {
    for (const more of [
      ', administers: true',
      ', auth: none',
      ", redirectUris: ['https://x.test/']",
    ]) {
      const found = codes('applications.yaml', pages(more))
      assert.match(found.join('\n'), /value-invalid: leave `\w+` out/, more)
    }
    const other = '  another: { title: Another, flow: shop, portal: account }\n'
    assert.match(codes('applications.yaml', pages('', other)).join('\n'), /leave one of them out/)
    const none = pages('').replace(', portal: account', ', auth: none')
    assert.match(codes('applications.yaml', none).join('\n'), /key-missing: add `redirectUris:`/)
  })

  it('is told nothing unless its file says what', () => {
    const files = { 'applications.yaml': application('auth: none') }
    assert.deepEqual(load(door, { files }).organisation!.applications[0]!.release, [])
  })

  const wrong: readonly [string, string, RegExp][] = [
    ['one with neither a secret nor `auth: none`', 'release: []', /key-missing/],
    ['a public one with a secret', `auth: none, secret: '${env('SHOP')}'`, /key-missing/],
    [
      'a level that its flow does not have',
      `auth: none, acr: 'urn:sallyport:acr:9'`,
      /value-invalid: did you mean `urn:sallyport:acr:[12]`/,
    ],
    [
      'a misspelt way to authenticate',
      `auth: client_secret_basc, secret: '${env('SHOP')}'`,
      /value-invalid: did you mean `client_secret_basic`/,
    ],
    [
      'a fragment in an address',
      `auth: none, postLogoutRedirectUris: ['https://shop.test/#a']`,
      /value-invalid/,
    ],
  ]
  for (const [what, more, expected] of wrong) {
    it(`refuses ${what}`, () => {
      const found = codes('applications.yaml', application(more))
      assert.equal(found.length, 1, found.join('\n'))
      assert.match(found[0]!, expected)
    })
  }
})

describe('a directory', () => {
  const directory = (id: string, said: string) => `directories:\n  ${id}: { title: T, ${said} }\n`
  const file = 'kind: enterprise, store: file, path: people.json'
  const sql =
    'kind: hybrid, store: sql, url: "postgres://db.test/x", id: n, name: l, passwordColumn: p, passwordScheme: bcrypt'

  it('is local where its people are ours', () => {
    const text = directory('internal', 'kind: local')
    const { directories } = load(door, { files: { 'directories.yaml': text } }).organisation!
    assert.deepEqual(
      directories.map(({ id, kind }) => [id, kind]),
      [['internal', 'local']],
    )
  })

  it('makes no accounts, locks after 20 wrong passwords for 30 minutes, and follows its kind, unless said', () => {
    const read = (text: string) =>
      load(door, { files: { 'directories.yaml': text } }).organisation!.directories[0]!
    const enterprise = read(directory('staff', file))
    assert.ok(isExternal(enterprise))
    const { jit, enabled, directory: accounts, sync, lockAfter, lockMinutes } = enterprise
    assert.deepEqual(
      [jit, enabled, accounts, sync, lockAfter, lockMinutes],
      [false, true, 'staff', 'override', 20, 30],
    )
    const hybrid = read(directory('staff', file.replace('enterprise', 'hybrid')))
    assert.ok(isExternal(hybrid))
    assert.equal(hybrid.sync, 'preserve')
  })

  for (const [what, id, said, problem] of [
    ['internal that is not ours', 'internal', file, 'value-invalid: give the other store'],
    ['a local one that is somewhere else', 'x', 'kind: local, store: ldap', 'key-unknown'],
    ['one that is nowhere', 'x', 'kind: hybrid, path: a.json', 'key-missing: add `store:`'],
    ['a file elsewhere', 'x', file.replace('people', '../people'), 'value-invalid: write a file'],
    ['a name that means something else', 'local', file, 'name-taken'],
    ['accounts in a directory that is not there', 'x', `${file}, accounts: y`, 'directory-unknown'],
    ['neither a table nor a query', 'x', sql, 'key-missing: add `table:`'],
    ['both', 'x', `${sql}, table: a, query: select 1`, 'value-invalid: leave one of them out'],
    ['two statements', 'x', `${sql}, query: "select 1; drop table a"`, 'value-invalid: write one'],
    ['certificates of nobody', 'x', `${file}, certificateName: subject.email`, 'key-missing: add'],
    [
      'an authority of nothing',
      'x',
      `${file}, certificateName: subject.email, certificateAuthority: a`,
      'value-invalid: give one',
    ],
    ['a realm without a verifier', 'x', `${file}, realm: X.TEST`, 'key-missing: add `verifier:`'],
    ['users that are not there', 'x', 'kind: hybrid, store: plugin, users: u', 'plugin-unknown'],
    ['users of nobody', 'x', 'kind: hybrid, store: plugin', 'key-missing: add `users:'],
    ['a verifier that is not there', 'x', `${file}, realm: X.TEST, verifier: v`, 'plugin-unknown'],
    ['a secret in the file', 'x', `${sql}, table: a, password: hunter2`, 'secret-literal'],
    ...['postgres://reader:hunter2@db.test/x', 'postgres://db.test/x?password=hunter2'].map(
      (url) =>
        [
          `a secret in the address ${url}`,
          'x',
          `${sql.replace('postgres://db.test/x', url)}, table: a`,
          'value-invalid: write an address',
        ] as const,
    ),
    ...['ldap://ldap.test', 'ldap://127.0.0.1.test', 'ldap://localhost.test:389/'].map(
      (url) =>
        [
          `passwords that go unencrypted to ${url}`,
          'x',
          `kind: hybrid, store: ldap, url: '${url}', startTls: false, bases: ['dc=test']`,
          'value-invalid: leave `startTls` on',
        ] as const,
    ),
  ] as const) {
    it(`refuses ${what}`, () => {
      const found = codes('directories.yaml', directory(id, said))
      assert.equal(found.length, 1, found.join('\n'))
      assert.ok(found[0]!.startsWith(problem), found[0])
    })
  }
})

describe('a SAML connection', () => {
  const certificate = 'A'.repeat(120)
  const corp = (more = '') => `
connections:
  north:
    title: North
    protocol: saml
    entityId: https://idp.test/metadata
    ssoUrl: https://idp.test/sso
    certificates: [${certificate}]
${more}`
  const read = (text: string, values: Record<string, string> = {}) => {
    const files = { 'connections.yaml': text }
    const { organisation, problems } = load(door, { files, env: values })
    assert.deepEqual(problems, [])
    return organisation!.connections[0] as ConnectionFile & { protocol: 'saml' }
  }

  it('needs no client, and has its defaults', () => {
    const { certificates, nameId, clockSkewSeconds, contexts, signingKey, audience } = read(corp())
    assert.deepEqual(
      [certificates, nameId, clockSkewSeconds, contexts, signingKey, audience],
      [[certificate], 'persistent', 30, {}, undefined, undefined],
    )
  })

  it('takes its certificate from the environment, as a file of it has it', () => {
    const pem = `-----BEGIN CERTIFICATE-----\n${certificate}\n-----END CERTIFICATE-----\n`
    const text = corp().replace(certificate, `'${env('NORTH_CERT')}'`)
    assert.deepEqual(read(text, { NORTH_CERT: pem }).certificates, [pem])
  })

  it('names its key by reference, and wants its certificate beside it', () => {
    const key = `    signingKey: ${env('NORTH_KEY')}\n`
    const both = read(corp(`${key}    signingCertificate: ${certificate}\n`), { NORTH_KEY: 'pem' })
    assert.equal(both.signingKey?.value?.reveal(), 'pem')
    const files = { 'connections.yaml': corp(`${key}    signingCertificate: ${certificate}\n`) }
    assert.deepEqual(missingSecrets(load(door, { files }).organisation!), ['NORTH_KEY', 'SHOP'])
    assert.match(codes('connections.yaml', corp(key))[0]!, /^key-missing: give both, or neither/)
    const alone = corp(`    signingCertificate: ${certificate}\n`)
    assert.match(codes('connections.yaml', alone)[0]!, /^key-missing: give both, or neither/)
  })

  const wrong: readonly [string, string, RegExp][] = [
    ['a certificate that is none', corp().replace(certificate, 'nope'), /^value-invalid/],
    ['an unknown NameID', corp('    nameId: transient'), /^value-invalid/],
    ['a clock that is hours off', corp('    clockSkewSeconds: 3600'), /^value-invalid/],
    ['a client', corp('    clientId: c'), /^key-unknown/],
    [
      'a key for encrypted assertions, and says what is wrong with them',
      corp(`    decryptionKey: ${env('NORTH_KEY')}`),
      /^value-invalid: have them signed and not encrypted/,
    ],
    [
      'a literal key',
      corp(`    signingKey: x\n    signingCertificate: ${certificate}`),
      /^secret-/,
    ],
    ['an address that is none', corp().replace('https://idp.test/sso', 'sso'), /^value-invalid/],
  ]
  for (const [name, text, problem] of wrong) {
    it(`refuses ${name}`, () => {
      const found = codes('connections.yaml', text)
      assert.equal(found.length, 1, found.join())
      assert.match(found[0]!, problem)
    })
  }
})
