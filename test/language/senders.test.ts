import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { loadFlows } from '../../src/language/load.ts'
import { missingSenders } from '../../src/language/missing-senders.ts'
import { addressFor } from '../../src/language/reach.ts'
import { missingSecrets } from '../../src/language/settings.ts'
import { stepTypes } from '../../src/steps/index.ts'

const mail = `
  mail: { kind: smtp, url: '\${env:MAIL_URL}', from: sign-in@shop.example }`
const texts = `
  texts: { kind: sms-gateway, url: 'https://sms.example/send', secret: '\${env:SMS_KEY}' }`
const applications = `applications:
  shop: {title: Shop, flow: shop, redirectUris: ['https://shop.example/cb'], auth: none}
`
const flow = `flow: shop
title: Sign in
applications: [shop]
start: sign-in
states:
  sign-in: { offer: [otp], on: { success: second, exhausted: no } }
  second: { offer: [sms], on: { success: done, unavailable: no, exhausted: no } }
  done: { end: success }
  no: { end: failure, error: access_denied }
`

function load(senders: string | undefined, env: Record<string, string> = {}) {
  const files = [
    { name: 'applications.yaml', text: applications },
    { name: 'shop.yaml', text: flow },
    ...(senders === undefined ? [] : [{ name: 'senders.yaml', text: `senders:${senders}` }]),
  ]
  return loadFlows(files, stepTypes, env)
}

describe('senders.yaml', () => {
  it('says what mail and text messages go out by, with secrets that must be set', () => {
    const { organisation, problems } = load(mail + texts)
    assert.deepEqual(problems, [])
    assert.deepEqual(missingSecrets(organisation!), ['MAIL_URL', 'SMS_KEY'])
    const [smtp, gateway] = organisation!.senders
    assert.ok(smtp?.kind === 'smtp' && smtp.from === 'sign-in@shop.example')
    assert.ok(gateway?.kind === 'sms-gateway')
    assert.deepEqual([gateway.timeoutMs, gateway.internal], [10_000, false])
  })

  it('has one sender of a kind', () => {
    const second = mail.replace('mail:', 'post:')
    assert.deepEqual(
      load(mail + second).problems.map(({ code }) => code),
      ['name-taken'],
    )
  })

  for (const [what, senders, code] of [
    [
      'a secret as it is',
      mail.replace(/'\$\{.*?\}'/, 'smtps://u:p4ss@mail.example'),
      'secret-literal',
    ],
    ['another kind', mail.replace('smtp,', 'pigeon,'), 'value-invalid'],
    ['a name for an address', mail.replace('sign-in@shop.example', 'Shop'), 'value-invalid'],
    ['a gateway without a secret', texts.replace(/, secret: '.*?'/, ''), 'key-missing'],
    ['an address that is none', texts.replace('https://', 'ftp://'), 'value-invalid'],
  ] as const) {
    it(`is not read with ${what}, which is not repeated`, () => {
      const { organisation, problems } = load(senders)
      assert.equal(organisation, undefined)
      assert.ok(
        problems.some((problem) => problem.code === code),
        JSON.stringify(problems),
      )
      assert.ok(!JSON.stringify(problems).includes('p4ss'))
    })
  }

  it('names a mail server by its secret, which is not repeated where it is none', () => {
    const { problems } = load(mail, { MAIL_URL: 'https://u:p4ss@mail.example' })
    assert.deepEqual(
      problems.map(({ code }) => code),
      ['value-invalid'],
    )
    assert.ok(!JSON.stringify(problems).includes('p4ss'))
    assert.deepEqual(load(mail, { MAIL_URL: 'smtps://u:p4ss@mail.example' }).problems, [])
  })

  it('is missed where a flow sends what nothing is there for, each kind once, where it is sent', () => {
    const declarations = stepTypes.map(({ declaration }) => declaration)
    const missing = (senders?: string) =>
      missingSenders(load(senders).organisation!, declarations).map(
        ({ code, place }) => `${code} ${place.file}:${place.line}`,
      )
    assert.deepEqual(missing(), ['sender-missing shop.yaml:6', 'sender-missing shop.yaml:7'])
    assert.deepEqual(missing(mail), ['sender-missing shop.yaml:7'])
    assert.deepEqual(missing(texts), ['sender-missing shop.yaml:6'])
    assert.deepEqual(missing(mail + texts), [])
  })
})

describe('a telephone number', () => {
  const number = '+12025550143'
  const pat = {
    source: 'local',
    claims: { other: { phone_number: number, phone_number_verified: true } },
  }

  it('counts where it was written here, and verified here', () => {
    assert.equal(addressFor('sms', pat), number)
    const google = { ...pat, source: 'google' }
    const provenance = { 'other.phone_number': 'local' }
    const both = { ...provenance, 'other.phone_number_verified': 'local' }
    assert.equal(addressFor('sms', google), undefined)
    assert.equal(addressFor('sms', { ...google, provenance }), undefined, 'verified by google')
    assert.equal(addressFor('sms', { ...google, provenance: both }), number)
    for (const name of Object.keys(both)) {
      assert.equal(addressFor('sms', { ...pat, provenance: { [name]: 'corp' } }), undefined, name)
    }
  })

  for (const other of [
    { phone_number: number },
    { phone_number: number, phone_number_verified: 'true' },
    { phone_number: '0791234567', phone_number_verified: true },
    { phone_number: `${number}, +19005550100`, phone_number_verified: true },
    { phone_number_verified: true },
  ]) {
    it(`is none in ${JSON.stringify(other)}`, () => {
      assert.equal(addressFor('sms', { source: 'local', claims: { other } }), undefined)
    })
  }
})
