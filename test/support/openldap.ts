/** A real OpenLDAP of the tests' own, on loopback, with entries and a certificate of its own. */
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { freePort } from './free-port.ts'
import { loopbackCertificate, loopbackKey } from './loopback-certificate.ts'

/** What to say where it is not installed; absent where it is. */
export const withoutOpenldap: string | false =
  existsSync('/usr/sbin/slapd') && existsSync('/etc/ldap/schema/inetorgperson.schema')
    ? false
    : 'slapd is not installed'

export const suffix = 'dc=sallyport,dc=test'
export const searcher = { dn: `cn=searcher,${suffix}`, password: 'search-and-nothing-more' }

export interface Ldap {
  readonly url: string
  readonly secureUrl: string
  readonly port: number
  /** By `ldapmodify`, as whoever owns the server. */
  change(ldif: string): void
  /** Stops answering, and frees the port. */
  stop(): Promise<void>
  /** Answers again, with what it had. */
  start(): Promise<void>
  close(): Promise<void>
}

/** @param entries LDIF (RFC 2849) below `suffix`; `ou=people`, `ou=guests` and the searcher are there already */
export async function startOpenldap(entries: string): Promise<Ldap> {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-ldap-'))
  const [port, securePort] = [await freePort(), await freePort()]
  const url = `ldap://127.0.0.1:${port}`
  const secureUrl = `ldaps://127.0.0.1:${securePort}`
  const config = join(folder, 'slapd.conf')
  mkdirSync(join(folder, 'data'))
  writeFileSync(join(folder, 'key.pem'), loopbackKey, { mode: 0o600 })
  writeFileSync(join(folder, 'certificate.pem'), loopbackCertificate)
  writeFileSync(config, configOf(folder))
  writeFileSync(join(folder, 'all.ldif'), `${base}\n${entries}`)
  run('/usr/sbin/slapadd', ['-q', '-f', config, '-l', join(folder, 'all.ldif')])

  let stop = async () => {}
  const start = async () => {
    const server = spawn(
      '/usr/sbin/slapd',
      ['-f', config, '-h', `${url} ${secureUrl}`, '-d', '0'],
      {
        stdio: 'ignore',
      },
    )
    const gone = new Promise<void>((resolve) => server.once('exit', () => resolve()))
    stop = async () => {
      server.kill('SIGTERM')
      await gone
    }
    await listening(port)
    await listening(securePort)
  }
  await start()

  return {
    url,
    secureUrl,
    port,
    change(ldif) {
      run('ldapmodify', ['-x', '-H', url, '-D', `cn=owner,${suffix}`, '-w', 'owner'], ldif)
    },
    stop: () => stop(),
    start,
    async close() {
      await stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** LDIF of one person. Values are given as they are: what LDIF cannot hold goes in base64. */
export function personLdif(
  uid: string,
  password: string,
  more: Readonly<Record<string, string | readonly string[]>> = {},
  unit = 'people',
): string {
  const line = (key: string, value: string) =>
    `${key}:: ${Buffer.from(value, 'utf8').toString('base64')}`
  const dn = `uid=${uid.replaceAll(/[\\,+"<>;=#]/g, (each) => `\\${each}`)},ou=${unit},${suffix}`
  return [
    line('dn', dn),
    'objectClass: inetOrgPerson',
    line('uid', uid),
    line('cn', uid),
    line('sn', uid),
    ...(password === '' ? [] : [line('userPassword', password)]),
    ...Object.entries(more).flatMap(([key, value]) =>
      [value].flat().map((each) => line(key, each)),
    ),
    '',
    '',
  ].join('\n')
}

function configOf(folder: string): string {
  return `
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
modulepath /usr/lib/ldap
moduleload back_mdb
pidfile ${folder}/slapd.pid
TLSCertificateFile ${folder}/certificate.pem
TLSCertificateKeyFile ${folder}/key.pem
database mdb
maxsize 1073741824
dbnosync
suffix "${suffix}"
rootdn "cn=owner,${suffix}"
rootpw owner
directory ${folder}/data
index objectClass,uid,entryUUID eq
access to attrs=userPassword by anonymous auth by * none
access to * by dn.exact="${searcher.dn}" read by * none
limits dn.exact="${searcher.dn}" size=unlimited
`
}

const base = `dn: ${suffix}
objectClass: dcObject
objectClass: organization
dc: sallyport
o: Sallyport

dn: ou=people,${suffix}
objectClass: organizationalUnit
ou: people

dn: ou=guests,${suffix}
objectClass: organizationalUnit
ou: guests

dn: ${searcher.dn}
objectClass: organizationalRole
objectClass: simpleSecurityObject
cn: searcher
userPassword: ${searcher.password}
`

function run(command: string, given: readonly string[], input = ''): void {
  const { status, stderr } = spawnSync(command, given, { input, encoding: 'utf8' })
  if (status !== 0) throw new Error(`${command} has failed: ${stderr}`)
}

async function listening(port: number): Promise<void> {
  for (let tries = 0; tries < 1200; tries++) {
    const isThere = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1')
      socket.once('connect', () => {
        socket.destroy()
        resolve(true)
      })
      socket.once('error', () => resolve(false))
    })
    if (isThere) return
    await pause(25)
  }
  throw new Error('slapd does not listen')
}
