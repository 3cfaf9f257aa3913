import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { openLog } from '../../src/cli/log.ts'
import type { LogLevel } from '../../src/config.ts'
import { KnownError } from '../../src/kit/errors.ts'
import { Secret } from '../../src/kit/secret.ts'
import { eventOf, loginOf } from '../store/given.ts'

function logOf(level: LogLevel = 'info') {
  const lines: string[] = []
  const log = openLog({ err: (line) => lines.push(line) }, level, () => 0)
  return { log, lines, read: () => lines.map((line) => JSON.parse(line)) }
}

describe('log of a server', () => {
  it('takes a refusal for information: its code, what the operator is told, the id, no stack', () => {
    const { log, read } = logOf()
    log.failed(new KnownError('BUSY', 'the database is locked'), 'lg_1')
    assert.deepEqual(read(), [
      {
        level: 'info',
        time: '1970-01-01T00:00:00.000Z',
        event: 'refused',
        id: 'lg_1',
        name: 'KnownError',
        code: 'BUSY',
        msg: 'the database is locked',
      },
    ])
  })

  it('takes everything else for an error, with where it was thrown', () => {
    const { log, read } = logOf()
    log.failed(new TypeError('no such thing'), 'abc')
    const [line] = read()
    assert.deepEqual([line.level, line.event, line.name], ['error', 'failed', 'TypeError'])
    assert.match(line.stack, /log\.test\.ts/)
  })

  it('security 145: a line break, an escape sequence or a megabyte makes no second line, and no long one', () => {
    const { log, lines, read } = logOf()
    log.failed(new Error('a\r\n{"level":"info"}\u001b[31m'), undefined)
    log.failed(new Error('x'.repeat(1_000_000)), undefined)
    assert.equal(lines.length, 2)
    for (const line of lines) {
      assert.ok([...line].every((one) => one >= ' '))
      assert.ok(line.length < 10_000)
    }
    assert.equal(read()[0].msg, 'a\r\n{"level":"info"}\u001b[31m')
  })

  it('shows nothing of what is secret, whatever it stands in', () => {
    const { log, lines } = logOf()
    log.failed(new Error(`cannot use ${new Secret('quartz')}`), undefined)
    log.failed(Object.assign(new Error('no'), { password: 'quartz', cause: 'quartz' }), undefined)
    assert.equal(lines.length, 2)
    assert.doesNotMatch(lines.join('\n'), /quartz/)
  })

  it('writes nothing that weighs less than it was told', () => {
    const { log, lines } = logOf('error')
    log.failed(new KnownError('BUSY', 'refused'), undefined)
    log.failed(new Error('failed'), undefined)
    assert.deepEqual(
      lines.map((line) => JSON.parse(line).msg),
      ['failed'],
    )
  })

  it('tells as information that somebody said no upstream, or chose what was not offered, by the login (scenario 3, scenario 14)', () => {
    const { log, read } = logOf()
    const denied = { state: 'sign-in', option: 'github', outcome: 'denied', to: 'denied' }
    log.moved(loginOf({ id: 'lg_1' }), [eventOf(denied)])
    log.failed(new KnownError('STEP_NOT_CURRENT', 'login lg_2 has moved on'), undefined)
    assert.deepEqual(
      read().map(({ level, event, id, option, outcome, code, msg }) => [
        level,
        event,
        id ?? msg,
        option ?? code,
        outcome,
      ]),
      [
        ['info', 'move', 'lg_1', 'github', 'denied'],
        ['info', 'refused', 'login lg_2 has moved on', 'STEP_NOT_CURRENT', undefined],
      ],
    )
  })
})
