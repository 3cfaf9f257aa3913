import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { readConfig } from '../../src/config.ts'
import { presentedWith } from '../../src/http/presented.ts'
import { readNetwork } from '../../src/language/network.ts'

const trustedProxies = [readNetwork('10.0.0.0/8')!]
const settings = {
  issuer: new URL('https://login.test'),
  organisation: 'default',
  trustedProxies,
  clientCertificates: true,
}
// RFC 8941, 3.3.5: a byte sequence stands between colons.
const field = ':cHJldGVuZCB0aGlzIGlzIGJpbmFyeSBjb250ZW50Lg==:'
const base64 = field.slice(1, -1)

function shown(headers: Record<string, string>, from = '10.1.1.1', more: object = {}) {
  return presentedWith({ headers, socket: { remoteAddress: from } }, { ...settings, ...more })
}

describe('what a request presents', () => {
  it('is the certificate that a trusted proxy tells of (RFC 9440)', () => {
    assert.deepEqual(shown({ 'client-cert': field }), { certificate: base64 })
  })

  it('is no certificate that anybody else tells of, whoever they say they are', () => {
    const forwarded = { 'client-cert': field, 'x-forwarded-for': '10.1.1.1' }
    assert.deepEqual(shown(forwarded, '203.0.113.9'), {})
    assert.deepEqual(shown({ 'client-cert': field }, '10.1.1.1', { trustedProxies: [] }), {})
  })

  it('is no certificate where the proxies are not said to tell of them: they would hand on what a client has written', () => {
    assert.deepEqual(shown({ 'client-cert': field }, '10.1.1.1', { clientCertificates: false }), {})
  })

  for (const [what, text] of [
    ['two of them', `${field}, ${field}`],
    ['without its colons', base64],
    ['with parameters', `${field};a=1`],
    ['in another alphabet', ':-_-_:'],
    ['empty', '::'],
  ] as const) {
    it(`is no certificate that is ${what}`, () => {
      assert.deepEqual(shown({ 'client-cert': text }), {})
    })
  }

  it('is the ticket after Negotiate (RFC 4559), from wherever it comes', () => {
    for (const scheme of ['Negotiate', 'negotiate']) {
      assert.deepEqual(shown({ authorization: `${scheme} YIIB+/==` }, '203.0.113.9'), {
        ticket: 'YIIB+/==',
      })
    }
    for (const other of ['Negotiate', 'Negotiate ', 'Bearer YIIB', 'Negotiate a b', 'NTLM YIIB']) {
      assert.deepEqual(shown({ authorization: other }), {}, other)
    }
  })

  it('is certified by nobody without a proxy: the server says so and does not start', () => {
    const secret = Buffer.from(Array.from({ length: 32 }, (_, n) => n * 5)).toString('base64url')
    const read = (kind: string, proxies: string) =>
      readConfig(
        {
          SALLYPORT_SECRET: secret,
          SALLYPORT_CLIENT_CERTIFICATES: kind,
          SALLYPORT_TRUSTED_PROXIES: proxies,
        },
        {},
      ).clientCertificates
    assert.deepEqual([read('', '10.0.0.0/8'), read('proxy', '10.0.0.0/8')], [false, true])
    assert.throws(() => read('proxy', ''), /needs SALLYPORT_TRUSTED_PROXIES/)
    assert.throws(() => read('on', '10.0.0.0/8'), /is proxy or nothing/)
  })
})
