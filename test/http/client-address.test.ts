import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { readConfig } from '../../src/config.ts'
import { clientAddress } from '../../src/http/client-address.ts'
import { readNetwork } from '../../src/language/network.ts'

const proxies = ['10.0.0.0/8', '2001:db8::/32'].map((text) => readNetwork(text)!)

function seen(remoteAddress: string | undefined, forwarded?: string, trusted = proxies) {
  const headers = forwarded === undefined ? {} : { 'x-forwarded-for': forwarded }
  return clientAddress({ headers, socket: { remoteAddress } }, trusted)
}

describe('where a request comes from', () => {
  it('I-11: the header is nothing to whoever is not behind a trusted proxy', () => {
    assert.equal(seen('203.0.113.9', '192.0.2.1'), '203.0.113.9')
    assert.equal(seen('10.1.1.1', '192.0.2.1', []), '10.1.1.1')
    assert.equal(seen('::ffff:203.0.113.9', '192.0.2.1'), '203.0.113.9')
  })

  it('I-11: of a chain of proxies the last one that is not trusted counts, whatever a client wrote before', () => {
    assert.equal(seen('10.1.1.1', '203.0.113.9'), '203.0.113.9')
    assert.equal(seen('10.1.1.1', '192.0.2.1, 203.0.113.9'), '203.0.113.9')
    assert.equal(seen('10.1.1.1', '192.0.2.1, 10.7.7.7,203.0.113.9, 10.2.2.2'), '203.0.113.9')
    assert.equal(seen('2001:db8::7', '192.0.2.1, 2001:db8:1::5'), '192.0.2.1')
  })

  it('I-29: what a trusted proxy has not said, or nobody can read, is not known', () => {
    for (const forwarded of [undefined, '', 'unknown', '203.0.113.9:4711', '_hidden', '10.3.3.3']) {
      assert.equal(seen('10.1.1.1', forwarded), undefined, forwarded)
    }
    assert.equal(seen('10.1.1.1', '203.0.113.9, '), undefined)
    assert.equal(seen(undefined, '203.0.113.9'), undefined)
  })

  it('the networks of the proxies are read strictly', () => {
    const env = {
      SALLYPORT_SECRET: Buffer.from(Array.from({ length: 32 }, (_, n) => n * 5)).toString(
        'base64url',
      ),
    }
    const config = (text: string) => readConfig({ ...env, SALLYPORT_TRUSTED_PROXIES: text }, {})
    assert.equal(config('10.0.0.0/8, 2001:db8::/32').trustedProxies.length, 2)
    assert.deepEqual(config('').trustedProxies, [])
    for (const text of ['10.0.0.1/8', '*', 'loopback', '10.0.0.0/8;192.0.2.0/24']) {
      assert.throws(() => config(text), /lists networks/, text)
    }
  })
})
