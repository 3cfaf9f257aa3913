import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { generateSync } from 'otplib'
import { enrolTotp } from '../../src/steps/enrol-totp/step.ts'
import { encodeSecret } from '../../src/steps/totp/code.ts'
import { totp } from '../../src/steps/totp/step.ts'
import { account, call, fakePorts, person } from './fake-ports.ts'

const nowMs = 1_900_000_000_000
const params = { issuer: 'Thrift' }
const identity = account('acc_tia')
const world = () => fakePorts({ people: [person('acc_tia', { userName: 'tia@x.test' })] })

async function shown() {
  const ports = world()
  const { exhibits, keep } = await enrolTotp.show!(call({ ports, identity, params, nowMs }))
  const [exhibit] = exhibits
  assert.ok(exhibit?.kind === 'qr' && keep)
  return { ports, exhibit, keep, secret: keep.secret! }
}

const codeFor = (secret: string, atMs = nowMs) =>
  generateSync({ strategy: 'totp', secret, epoch: Math.floor(atMs / 1000) })

describe('enrol-totp step (scenario 6)', () => {
  it('shows a new secret of 160 bits as a picture, a link and a text', async () => {
    const { exhibit, secret } = await shown()
    assert.match(secret, /^[A-Z2-7]{32}$/)
    assert.equal(exhibit.secretText.replaceAll(' ', ''), secret)
    assert.match(exhibit.secretText, /^([A-Z2-7]{4} ){7}[A-Z2-7]{4}$/)
    assert.match(exhibit.svg, /^<svg[\s\S]*<\/svg>\s*$/)
    assert.doesNotMatch(exhibit.svg, /<script|href|on\w+=/i)

    const uri = new URL(exhibit.uri)
    assert.equal(uri.protocol, 'otpauth:')
    assert.equal(decodeURIComponent(uri.pathname), '/Thrift:tia@x.test')
    assert.equal(uri.searchParams.get('secret'), secret)
    assert.equal(uri.searchParams.get('issuer'), 'Thrift')
  })

  it('shows the same secret again, not another, when the page is shown again', async () => {
    const { ports, keep, secret } = await shown()
    const again = await enrolTotp.show!(call({ ports, identity, params, kept: keep, nowMs }))
    assert.equal(again.keep?.secret, secret)
  })

  it('keeps an issuer or a name with a colon from being read as two', async () => {
    const ports = fakePorts({ people: [person('acc_tia', { userName: 'google:1:2' })] })
    const { exhibits } = await enrolTotp.show!(
      call({ ports, identity, params: { issuer: 'A: B' }, nowMs }),
    )
    const [exhibit] = exhibits
    assert.ok(exhibit?.kind === 'qr')
    assert.equal(decodeURIComponent(new URL(exhibit.uri).pathname), '/A  B:google 1 2')
  })

  it('puts nothing on file for a wrong code', async () => {
    const { ports, keep } = await shown()
    const answer = await enrolTotp.work(
      call({ ports, identity, params, kept: keep, input: { code: '000000' }, nowMs }),
    )
    assert.deepEqual(answer, { outcome: 'invalid', message: 'enrol-totp.invalid' })
  })

  it('puts the app on file for the right code, and spends that code (security 95)', async () => {
    const { ports, keep, secret } = await shown()
    const code = codeFor(secret)
    const answer = await enrolTotp.work(
      call({ ports, identity, params, kept: keep, input: { code }, nowMs }),
    )
    assert.equal(answer.outcome, 'success')
    const [write] = answer.writes ?? []
    assert.ok(write?.write === 'add-credential')
    assert.equal(write.account, 'acc_tia')
    assert.equal(write.kind, 'totp')
    assert.equal(write.secret, secret)
    assert.equal(write.counter, Math.floor(nowMs / 30_000))
    assert.equal(write.otherwise, 'conflict')
    assert.deepEqual(answer.credentials, [write.id])

    const { id, counter } = write
    const replay = await totp.work(
      call({
        ports: fakePorts({ credentials: { 'acc_tia totp': { id, secret, counter } } }),
        identity,
        params: { skew: 1 },
        input: { code },
        nowMs,
      }),
    )
    assert.equal(replay.outcome, 'invalid')
  })

  it('ends in conflict where the account has an app already, whatever is typed (I-30)', async () => {
    const { keep, secret } = await shown()
    const ports = fakePorts({
      credentials: {
        'acc_tia totp': { id: 'cred_1', secret: encodeSecret(new Uint8Array(20)), counter: 0 },
      },
    })
    for (const code of [codeFor(secret), '000000']) {
      const answer = await enrolTotp.work(
        call({ ports, identity, params, kept: keep, input: { code }, nowMs }),
      )
      assert.deepEqual(answer, { outcome: 'conflict' })
    }
  })

  it('confirms nothing that was not shown', async () => {
    const ports = world()
    await assert.rejects(
      enrolTotp.work(call({ ports, identity, params, input: { code: '000000' }, nowMs })),
      TypeError,
    )
  })
})
