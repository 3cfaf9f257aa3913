/** Stands before a real LDAP server and does one thing wrong, which a real one cannot be made to do. */
import { connect, createServer, type Socket } from 'node:net'
import { freePort } from './free-port.ts'

export type LdapFault =
  | 'refused'
  /** Takes connections and says nothing. */
  | 'silent'
  /** Says all of it, too late. */
  | 'slow'
  /** Is gone after some bytes of the first entry. */
  | 'cut in mid-search'
  | 'answers nonsense'
  /** Says to everything that it is busy (RFC 4511, 4.1.9: 51). */
  | 'busy'

export interface FaultyLdap {
  readonly url: string
  close(): Promise<void>
}

/** @param port of the real server, on loopback */
export async function startFaultyLdap(port: number, fault: LdapFault): Promise<FaultyLdap> {
  if (fault === 'refused') {
    return { url: `ldap://127.0.0.1:${await freePort()}`, close: async () => {} }
  }
  const open = new Set<Socket>()
  const server = createServer((person) => {
    const real = connect(port, '127.0.0.1')
    for (const socket of [person, real]) {
      open.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => {
        person.destroy()
        real.destroy()
      })
    }
    person.on('data', (chunk: Buffer) => {
      if (fault === 'busy') person.write(busyAnswer(chunk))
      else if (fault === 'answers nonsense') person.write('HTTP/1.1 200 OK\r\n\r\nhello')
      else if (fault !== 'silent') real.write(chunk)
    })
    real.on('data', (chunk: Buffer) => {
      if (fault === 'slow') setTimeout(() => person.write(chunk), 1000).unref()
      else if (fault === 'cut in mid-search' && chunk.includes('ou=')) {
        person.write(chunk.subarray(0, 20), () => person.destroy())
      } else if (fault === 'cut in mid-search' && !isBindAnswer(chunk)) person.destroy()
      else person.write(chunk)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port: own } = server.address() as { port: number }
  return {
    url: `ldap://127.0.0.1:${own}`,
    async close() {
      for (const socket of open) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

/** An LDAPMessage begins `30 len 02 01 id`; a BindResponse is `61` (RFC 4511, 4.2.2). */
function isBindAnswer(chunk: Buffer): boolean {
  return chunk[5] === 0x61
}

function busyAnswer(asked: Buffer): Buffer {
  const id = asked[4] ?? 1
  const done = asked[5] === 0x63 ? 0x65 : 0x61
  return Buffer.from([
    0x30,
    0x0c,
    0x02,
    0x01,
    id,
    done,
    0x07,
    0x0a,
    0x01,
    51,
    0x04,
    0x00,
    0x04,
    0x00,
  ])
}
