import assert from 'node:assert/strict'
import type { RequestListener } from 'node:http'
import { createServer } from 'node:https'
import { it, type TestContext } from 'node:test'
import { openApp } from '../../src/app.ts'
import { Secret } from '../../src/kit/secret.ts'
import { loadFlows } from '../../src/language/load.ts'
import { listStepTypes } from '../../src/steps/index.ts'
import { hashPassword } from '../../src/steps/password/hash.ts'
import { startApplication } from '../support/application.ts'
import { openChromium, startChromium } from '../support/chromium.ts'
import { freePort } from '../support/free-port.ts'
import { loopbackCertificate, loopbackKey } from '../support/loopback-certificate.ts'
import { cheapHash, filesWith } from '../support/world.ts'
import { passwordOf } from './people.ts'

const flow = `flow: thrift
title: Sign in
applications: [thrift]
start: sign-in
states:
  sign-in: { offer: [password], on: { success: done, exhausted: no } }
  done: { end: success }
  no: { end: failure, error: access_denied }
`
const kinds = ['browser', 'session', 'interaction', 'resume', 'device']

/** Whatever a neighbour may hope that we take for ours, for the whole domain. */
const tossed = kinds.flatMap((kind) =>
  ['__Host-', '__Secure-', ''].map(
    (prefix) => `${prefix}sallyport-default-${kind}=tossed; Domain=shop.test; Path=/; Secure`,
  ),
)

it('security 22: what a sibling domain sets over TLS counts for nothing, in Chromium', async (t) => {
  const browser = await startChromium(['--host-resolver-rules=MAP *.shop.test 127.0.0.1'])
  t.after(() => browser.close())
  const { page } = await openChromium(t, { browser, ignoreCertificates: true })
  const context = page.context()
  const application = await startApplication(t)
  const callback = `${application}/callback`
  const issuer = await login(t, application)
  const sibling = await listen(t, await freePort(), (_, response) => {
    response.setHeader('Set-Cookie', tossed).end('a neighbour')
  })
  await page.goto(`https://evil.shop.test:${sibling}/`)
  const names = (await context.cookies(issuer)).map(({ name }) => name)
  assert.ok(names.includes('sallyport-default-session'), 'it can set some for the whole domain')
  assert.deepEqual(
    names.filter((name) => name.startsWith('__Host-')),
    [],
  )

  const asked = new URLSearchParams({
    ...{ client_id: 'thrift', redirect_uri: callback, response_type: 'code', scope: 'openid' },
    ...{ code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM' },
    code_challenge_method: 'S256',
  })
  await page.goto(`${issuer}/auth?${asked}`)
  await page.fill('[name=username]', 'jane')
  await page.fill('[name=password]', passwordOf('jane'))
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.waitForURL(`${application}/**`)
  assert.ok(new URL(page.url()).searchParams.has('code'), page.url())
  const ours = (await context.cookies(issuer)).filter(({ name }) => name.startsWith('__Host-'))
  assert.ok(ours.some(({ name }) => name === '__Host-sallyport-default-session'))
  for (const { domain, value } of ours) {
    assert.equal(domain, 'login.shop.test')
    assert.notEqual(value, 'tossed')
  }
})

/** @returns the issuer, which has TLS and jane */
async function login(t: TestContext, application: string): Promise<string> {
  const port = await freePort()
  const issuer = new URL(`https://login.shop.test:${port}`)
  const steps = listStepTypes({ issuer, hashCost: cheapHash })
  const secrets = Object.fromEntries(
    ['THRIFT', 'VAULT', 'GOOGLE', 'GITHUB'].flatMap((name) => [
      [`${name}_CLIENT_SECRET`, 'secret'],
      [`${name}_CLIENT_ID`, 'id'],
    ]),
  )
  const env = { ...secrets, THRIFT_URL: application }
  const { organisation, problems } = loadFlows(filesWith({ 'thrift.yaml': flow }), steps, env)
  assert.ok(organisation, JSON.stringify(problems))
  const app = await openApp({
    issuer,
    database: 'sqlite::memory:',
    durability: 'normal',
    secret: new Secret(new Uint8Array(32).fill(5)),
    organisation,
    steps,
    now: Date.now,
    report: () => {},
  })
  t.after(() => app.close())
  const secret = await hashPassword(passwordOf('jane'), cheapHash)
  const credentials = [{ kind: 'password', secret }]
  await app.accounts.add({ userName: 'jane', claims: {}, groups: [], credentials }, Date.now())
  const [listener] = app.server.listeners('request') as RequestListener[]
  await listen(t, port, listener!)
  return issuer.origin
}

async function listen(t: TestContext, port: number, listener: RequestListener): Promise<number> {
  const server = createServer({ key: loopbackKey, cert: loopbackCertificate }, listener)
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  return port
}
