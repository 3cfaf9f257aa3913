/** Synchronising with a real OpenLDAP. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { command } from '../support/command.ts'
import {
  personLdif,
  searcher,
  startOpenldap,
  suffix,
  withoutOpenldap,
} from '../support/openldap.ts'
import { rowsOf } from '../support/rows.ts'

const entries = 1200

describe('directory sync with OpenLDAP', { skip: withoutOpenldap }, () => {
  it('E-6: reads all pages, marks who is gone, and takes nobody for gone while it does not answer', async (t) => {
    const names = Array.from({ length: entries }, (_, at) => `person${at}`)
    const ldap = await startOpenldap(
      names.map((name) => personLdif(name, '', { mail: `${name}@staff.test` })).join(''),
    )
    t.after(() => ldap.close())
    const folder = mkdtempSync(join(tmpdir(), 'sallyport-ldap-sync-'))
    t.after(() => rmSync(folder, { recursive: true, force: true }))
    const reference = ['$', '{env:LDAP_PASSWORD}'].join('')
    writeFileSync(
      join(folder, 'directories.yaml'),
      `directories:
  staff:
    title: Staff
    kind: enterprise
    store: ldap
    url: ${ldap.url}
    startTls: false
    bindDn: ${searcher.dn}
    bindPassword: ${reference}
    bases: ['ou=people,${suffix}']
    reads: [mail]
    attributes: { email: claims.mail }
`,
    )
    const database = `sqlite:${join(folder, 'ours.sqlite')}`
    const sync = async () => {
      const args = ['directory', 'sync', 'staff', '--flows', '.', '--database', database]
      return command(folder, args, { LDAP_PASSWORD: searcher.password })
    }
    assert.equal((await sync()).out.trim(), `staff: ${entries} read, ${entries} added`)
    ldap.change(`dn: uid=person7,ou=people,${suffix}\nchangetype: delete\n`)
    await ldap.stop()
    assert.equal((await sync()).code, 1)
    await ldap.start()
    const { out, err } = await sync()
    assert.equal(out.trim(), `staff: ${entries - 1} read, ${entries - 1} same, 1 obsolete`, err)
    const gone = (await rowsOf(database, 'accounts')).filter(({ status }) => status !== 'active')
    assert.deepEqual(
      gone.map((row) => row.user_name),
      ['person7'],
    )
  })
})
