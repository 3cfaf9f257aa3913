import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { describe, it } from 'node:test'
import { answerAt, signIn } from '../flows/people.ts'
import { visitorOf } from '../support/visitor.ts'
import { startWorld } from '../support/world.ts'

const sockets = 2_000
/** For one sign-in of two steps, on a machine that runs clients and server together. */
const enoughMs = 5_000

/** What each leaves unfinished. */
const manners = [
  '',
  'GET /healthz HTTP/1.1\r\nHost: local',
  'POST /token HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: 9000\r\n\r\ngrant',
]

describe('two thousand clients that finish nothing', () => {
  it('security 126: keep nobody from signing in; and one connection too many is closed at once', async (t) => {
    const world = await startWorld(t)
    const { server } = world.app
    assert.deepEqual(
      [server.headersTimeout, server.requestTimeout, server.maxConnections],
      [15_000, 30_000, 10_000],
    )
    const slow = await Promise.all(
      Array.from({ length: sockets }, async (_, n) => {
        const socket = connect(Number(world.issuer.port), 'localhost')
        socket.on('error', () => {})
        await once(socket, 'connect')
        socket.write(manners[n % manners.length]!)
        return socket
      }),
    )
    for (let n = 0; n < 4; n++) {
      const startMs = performance.now()
      answerAt(await signIn(world, visitorOf(world, n % 2 === 0 ? 'pages' : 'API')))
      const tookMs = performance.now() - startMs
      assert.ok(tookMs < enoughMs, `${Math.round(tookMs)} ms`)
    }
    for (const socket of slow) socket.destroy()

    server.maxConnections = 0
    const late = connect(Number(world.issuer.port), 'localhost')
    late.on('error', () => {})
    await closed(late)
  })
})

function closed(socket: Socket): Promise<unknown> {
  socket.resume()
  return socket.closed ? Promise.resolve() : once(socket, 'close')
}
