import assert from 'node:assert/strict'
import { type AddressInfo, createServer, type Server } from 'node:net'
import { describe, it, type TestContext } from 'node:test'
import { SMTPServer, type SMTPServerOptions } from 'smtp-server'
import { smtpPost } from '../../src/cli/senders/smtp.ts'
import { deliver, Undeliverable } from '../../src/engine/outbox.ts'
import { Secret } from '../../src/kit/secret.ts'
import { loopbackCertificate, loopbackKey, trustLoopback } from '../support/loopback-certificate.ts'

const mail = { id: 'out_1', to: 'jane@acme.test', subject: 'Your code', body: 'It is 428719.' }
const from = 'sign-in@thrift.example'
const own = { key: loopbackKey, cert: loopbackCertificate }
/** A server that shares a processor with others says nothing for a while, too. */
const impatient = { silenceMs: 1000, wholeMs: 5000 }

interface Taken {
  readonly text: string
  readonly isSecure: boolean
}

/** A real server of mail; loopback's second address stands for another machine. */
async function mailServer(t: TestContext, options: SMTPServerOptions = {}, host = '127.0.0.1') {
  const taken: Taken[] = []
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    onData(stream, session, done) {
      let text = ''
      stream.on('data', (chunk: Buffer) => {
        text += chunk.toString('utf8')
      })
      stream.on('end', () => {
        taken.push({ text, isSecure: session.secure })
        done()
      })
    },
    ...options,
  })
  server.on('error', () => {})
  await new Promise<void>((resolve) => server.listen(0, host, resolve))
  t.after(() => new Promise<void>((resolve) => server.close(() => resolve())))
  const { port } = server.server.address() as AddressInfo
  return { taken, port, url: (scheme = 'smtp', user = '') => `${scheme}://${user}${host}:${port}` }
}

const send = (url: string, limits = impatient) => smtpPost(new Secret(url), from, limits)(mail)

/** @returns what was thrown, in which nothing of the message stands */
async function refusalOf(sending: Promise<void>): Promise<Error> {
  const thrown = await sending.then(
    () => undefined,
    (error: unknown) => error,
  )
  assert.ok(thrown instanceof Error)
  assert.doesNotMatch(`${thrown.message} ${thrown.stack}`, /jane@|428719|p4ss/)
  return thrown
}

describe('mail by SMTP', () => {
  it('arrives with one Message-ID however often it is sent, and as made by a machine (RFC 3834)', async (t) => {
    const { taken, url } = await mailServer(t)
    await send(url())
    await send(url())
    assert.equal(taken.length, 2)
    for (const { text } of taken) {
      assert.match(text, /^Message-ID: <out_1@thrift\.example>\r$/im)
      assert.match(text, /^Auto-Submitted: auto-generated\r$/m)
      assert.match(text, /^To: jane@acme\.test\r$/m)
      assert.match(text, /It is 428719\./)
    }
  })

  it('is kept from a server elsewhere that has no STARTTLS: neither code nor password goes in the open', async (t) => {
    const said: string[] = []
    const { taken, url } = await mailServer(
      t,
      {
        disabledCommands: ['STARTTLS'],
        allowInsecureAuth: true,
        onAuth(auth, _session, done) {
          said.push(auth.password ?? '')
          done(null, { user: 'u' })
        },
      },
      '127.0.0.2',
    )
    await refusalOf(send(url('smtp', 'u:p4ss@')))
    assert.deepEqual([taken, said], [[], []])
  })

  it('is kept from a server elsewhere whose certificate nobody vouches for (RFC 8314)', async (t) => {
    const { taken, url } = await mailServer(t, { disabledCommands: ['AUTH'], ...own }, '127.0.0.2')
    await refusalOf(send(url()))
    assert.deepEqual(taken, [])
  })

  it('goes by STARTTLS where the server has it and its certificate holds', async (t) => {
    t.after(trustLoopback())
    const { taken, port } = await mailServer(t, { disabledCommands: ['AUTH'], ...own })
    await send(`smtp://localhost:${port}`)
    assert.deepEqual(
      taken.map(({ isSecure }) => isSecure),
      [true],
    )
  })

  it('is given up where the address will never be taken, and tried again where it may be later (RFC 5321, 4.2.1)', async (t) => {
    for (const [code, isForGood] of [
      [550, true],
      [451, false],
    ] as const) {
      const { url } = await mailServer(t, {
        onRcptTo(address, _session, done) {
          done(Object.assign(new Error(`no ${address.address} here`), { responseCode: code }))
        },
      })
      assert.equal((await refusalOf(send(url()))) instanceof Undeliverable, isForGood, String(code))
    }
  })

  for (const [what, behaves] of [
    ['says nothing', () => {}],
    ['goes on greeting for ever', (server: Server) => greetForEver(server)],
  ] as const) {
    it(`is tried again when the server ${what}`, async (t) => {
      const server = createServer()
      behaves(server)
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
      t.after(() => server.close())
      const { port } = server.address() as AddressInfo
      const thrown = await refusalOf(
        send(`smtp://127.0.0.1:${port}`, { silenceMs: 150, wholeMs: 400 }),
      )
      assert.ok(!(thrown instanceof Undeliverable))
    })
  }

  it('is one message with one code, also where the server took it and its answer was lost', async (t) => {
    const taken: string[] = []
    const { url } = await mailServer(t, {
      onData(stream, _session, done) {
        let text = ''
        stream.on('data', (chunk: Buffer) => {
          text += chunk.toString('utf8')
        })
        stream.on('end', () => {
          taken.push(text)
          if (taken.length > 1) done()
        })
      },
    })
    const waiting = { kind: 'mail', idempotencyKey: 'otp 1', payload: '', id: 'out_1', attempts: 1 }
    const closed: string[] = []
    const delivery = {
      outbox: {
        take: async () => (closed.length > 0 ? [] : [waiting]),
        close: async (_: unknown, status: string) => {
          closed.push(status)
        },
        retry: async () => {},
      },
      senders: { mail: () => send(url()) },
      now: () => 0,
      report: () => {},
    }
    await deliver(delivery)
    assert.deepEqual(closed, [], 'it waits to be tried again')
    await deliver(delivery)
    assert.deepEqual(closed, ['sent'])
    const ids = taken.map((text) => /^Message-ID: (.*)\r$/im.exec(text)?.[1])
    const codes = taken.map((text) => /\b\d{6}\b/.exec(text)?.[0])
    assert.deepEqual([new Set(ids).size, new Set(codes).size, taken.length], [1, 1, 2])
  })
})

/** A line of a greeting that has more to come (RFC 5321, 4.2.1), again and again. */
function greetForEver(server: Server): void {
  server.on('connection', (socket) => {
    const timer = setInterval(() => socket.write('220-one moment\r\n'), 50)
    socket.on('error', () => {})
    socket.on('close', () => clearInterval(timer))
  })
}
