import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { command, folderOf, start } from '../support/command.ts'
import { freePort } from '../support/free-port.ts'

describe('what a running server tells of itself', () => {
  it('logs each move and the end of a login, and counts the same', async (t) => {
    const [port, metrics] = [await freePort(), await freePort()]
    const issuer = `http://localhost:${port}`
    const folder = folderOf(t)
    const serving = start(
      folder,
      ['serve', '--issuer', issuer, '--database', `sqlite:${folder}/served.sqlite`],
      {
        SALLYPORT_METRICS: `127.0.0.1:${metrics}`,
      },
    )
    t.after(() => serving.stop())
    await answers(`${issuer}/healthz`)
    assert.equal((await fetch(`${issuer}/readyz`)).status, 200)

    await command(folder, ['test', 'thrift', '--against', issuer])
    const lines = serving
      .said()
      .err.split('\n')
      .map((line) => JSON.parse(line))
    const ends = lines.filter(({ event, flow }) => event === 'end' && flow === 'thrift')
    assert.ok(ends.length > 0)
    for (const { id } of ends) {
      assert.match(id, /^lg_/)
      assert.ok(lines.some((line) => line.event === 'move' && line.id === id))
    }

    const counted = await (await fetch(`http://127.0.0.1:${metrics}/metrics`)).text()
    const total = (name: string, labels: RegExp) =>
      [...counted.matchAll(new RegExp(`^${name}\\{(.*)\\} (\\d+)$`, 'gm'))]
        .filter(([, said]) => labels.test(said!))
        .reduce((sum, [, , count]) => sum + Number(count), 0)
    assert.equal(total('sallyport_login_seconds_count', /flow="thrift"/), ends.length)
    const moves = lines.filter(({ event, flow }) => event === 'move' && flow === 'thrift')
    assert.equal(total('sallyport_outcomes_total', /flow="thrift"/), moves.length)
    assert.ok(total('sallyport_step_work_seconds_count', /step="password"/) > 0)
    assert.ok(total('sallyport_request_seconds_count', /status="303"/) > 0)
    assert.match(counted, /^sallyport_connections_used \d+$/m)
    assert.match(counted, /^nodejs_eventloop_lag_seconds /m)
  })

  it('answers metrics nowhere unless it is told where', async (t) => {
    const { code, err } = await command(folderOf(t), ['serve', '--port', '0'], {
      SALLYPORT_METRICS: '9464',
    })
    assert.equal(code, 2)
    assert.match(err, /SALLYPORT_METRICS is a host and a port/)
  })
})

async function answers(address: string): Promise<void> {
  for (;;) {
    const answered = await fetch(address).catch(() => undefined)
    if (answered?.ok) return
    await new Promise((next) => setImmediate(next))
  }
}
