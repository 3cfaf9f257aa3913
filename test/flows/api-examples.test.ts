import assert from 'node:assert/strict'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { pathToFileURL } from 'node:url'
import { printedIn, unpacked } from '../support/printed.ts'
import { RelyingParty } from '../support/relying-party.ts'
import { codeOf, startWorld, type World } from '../support/world.ts'
import { passwordOf } from './people.ts'

const readme = join(import.meta.dirname, '../../src/http/api/README.md')

/** What the person at the terminal types to each question, by how its last line begins. */
type Typed = Readonly<Record<string, string | (() => string | Promise<string>)>>

describe('the native application of the README', () => {
  it('signs jane in by two factors, past a wrong password, without a word about either in it', async (t) => {
    const world = await startWorld(t)
    const passwords = ['wrong', passwordOf('jane')]
    const { answer, asked } = await atTerminal(t, await world.thrift.parameters(), world, {
      'User name': 'jane',
      Password: () => passwords.shift()!,
      'Six-digit code': () => codeOf('jane', world),
    })
    const { claims } = await world.thrift.redeem(answer)
    assert.deepEqual(claims.amr, ['pwd', 'otp', 'mfa'])
    assert.ok(asked.some(({ text }) => text.startsWith('That is not right.')))
    assert.deepEqual(
      asked.filter(({ isSecret }) => isSecret).map(({ last }) => last),
      ['Password', 'Password', 'Six-digit code'],
    )
  })

  it('takes her through another flow, by mail, as it is', async (t) => {
    const world = await startWorld(t)
    const recover = await RelyingParty.discover({
      issuer: world.issuer.href,
      clientId: 'recover',
      redirectUri: `${world.env.THRIFT_URL}/recover/callback`,
    })
    const { answer } = await atTerminal(t, await recover.parameters(), world, {
      'User name': 'jane',
      'Code from the e-mail': async () => {
        await world.app.deliver()
        return /\b[0-9]{6}\b/.exec(world.mail.at(-1)?.body ?? '')?.[0] ?? ''
      },
      'Nothing has come?': '',
      'Six-digit code': () => codeOf('jane', world),
      'New password': 'seven quiet herons at dusk',
    })
    assert.deepEqual((await recover.redeem(answer)).claims.amr, ['otp', 'pwd', 'mfa'])
  })

  it('begins anew when it was too late, and goes on where the login stands', async (t) => {
    const world = await startWorld(t)
    let isLate = false
    const { answer } = await atTerminal(t, await world.thrift.parameters(), world, {
      'User name': 'jane',
      Password: passwordOf('jane'),
      'Six-digit code': () => {
        if (!isLate) world.clock.aheadMs += 16 * 60_000
        isLate = true
        return codeOf('jane', world)
      },
    })
    assert.deepEqual((await world.thrift.redeem(answer)).claims.amr, ['pwd', 'otp', 'mfa'])
  })
})

/** The first thing that is offered, each time. */
async function atTerminal(
  t: Pick<TestContext, 'after'>,
  request: Readonly<Record<string, string>>,
  world: World,
  typed: Typed,
) {
  const folder = unpacked(t, printedIn(readme))
  const native = await import(pathToFileURL(join(folder, 'native.js')).href)
  const asked: { text: string; last: string; isSecret: boolean }[] = []
  const question = async (text: string, isSecret: boolean) => {
    const last = text.split('\n').at(-1)!
    asked.push({ text, last, isSecret })
    if (/^\d+ /.test(last)) return '1'
    const [, found] = Object.entries(typed).find(([begins]) => last.startsWith(begins)) ?? []
    if (found === undefined) throw new Error(`nobody has an answer to: ${text}`)
    return typeof found === 'string' ? found : found()
  }
  const issuer = world.issuer.href.replace(/\/$/, '')
  const answer: string = await native.signInAtTerminal(issuer, request, question)
  return { answer, asked }
}
