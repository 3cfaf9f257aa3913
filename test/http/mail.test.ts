import assert from 'node:assert/strict'
import { type AddressInfo, createServer } from 'node:net'
import { it, type TestContext } from 'node:test'
import { smtpPost } from '../../src/http/mail.ts'
import { Secret } from '../../src/kit/secret.ts'

const mail = { id: 'out_1', to: 'jane@acme.test', subject: 'Your code', body: '123456' }
const from = 'sign-in@thrift.example'

it('mail goes in the open to a server on this machine, and to no other: a code or password would', async (t) => {
  const own = await startSmtp(t, '127.0.0.1')
  await smtpPost(new Secret(`smtp://127.0.0.1:${own.port}`), from)(mail)
  assert.ok(own.heard().some((line) => line.includes('123456')))

  // Another address of this machine stands for another machine: its name is not one of ours.
  const other = await startSmtp(t, '127.0.0.2')
  const post = smtpPost(new Secret(`smtp://u:p4ss@127.0.0.2:${other.port}`), from)
  await assert.rejects(post(mail))
  assert.doesNotMatch(other.heard().join('\n'), /^(?:AUTH|MAIL|DATA)|123456/m)
})

/** As little of RFC 5321 as takes one message; it has no STARTTLS. */
async function startSmtp(t: TestContext, host: string) {
  const lines: string[] = []
  const server = createServer((socket) => {
    let inData = false
    socket.write('220 mail.test\r\n')
    socket.on('error', () => {})
    socket.on('data', (bytes) => {
      for (const line of bytes.toString().split('\r\n').slice(0, -1)) {
        lines.push(line)
        if (inData && line !== '.') continue
        if (line === 'STARTTLS') socket.write('502 not here\r\n')
        else if (line === 'QUIT') socket.end('221 bye\r\n')
        else socket.write(line === 'DATA' ? '354 go on\r\n' : '250 well\r\n')
        inData = line === 'DATA'
      }
    })
  })
  await new Promise<void>((resolve) => server.listen(0, host, resolve))
  t.after(() => server.close())
  return { port: (server.address() as AddressInfo).port, heard: () => lines }
}
