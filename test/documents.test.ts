/** The operations guide and the threat model say what is so: commands, settings, metrics, codes, figures, tests. */
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { dirname, join, resolve } from 'node:path'
import { describe, it } from 'node:test'
import { dictionary } from '@zxcvbn-ts/language-common'
import { commandNames } from '../src/cli/main.ts'
import { openMetrics } from '../src/cli/metrics.ts'
import { defaultTryLimits } from '../src/engine/tries.ts'
import { defaultLimits } from '../src/engine/world.ts'
import { limits } from '../src/http/limits.ts'
import { errorCodes } from '../src/kit/errors.ts'
import { maxAgeRange } from '../src/language/parse-state.ts'
import { stepTypes } from '../src/steps/index.ts'
import { owaspCost } from '../src/steps/password/hash.ts'
import { security } from './requirements/security.ts'

const root = resolve(import.meta.dirname, '..')
const read = (file: string) => readFileSync(join(root, file), 'utf8')
const guide = read('src/OPERATIONS.md')
const model = read('src/THREATS.md')
const plan = read('src/SCALE.md')
const found = (text: string, pattern: RegExp) => [
  ...new Set([...text.matchAll(pattern)].map((one) => one[1] ?? one[0])),
]

for (const [name, text] of [
  ['OPERATIONS.md', guide],
  ['THREATS.md', model],
  ['SCALE.md', plan],
] as const) {
  describe(name, () => {
    it('is linked from the README of the repository', () => {
      assert.ok(read('README.md').includes(`(src/${name})`))
    })

    it('links to what is there', () => {
      for (const target of found(text, /\]\(([^)#]+)/g)) {
        assert.ok(existsSync(join(root, dirname(`src/${name}`), target)), target)
      }
    })

    it('names commands that there are, with options that they take', () => {
      const calls = found(text, /\bsallyport ((?:[a-z-]+)(?: [^`\n]*)?)(?=`|\n)/g)
      assert.ok(calls.length > 0)
      for (const call of calls) {
        const [command = '', ...words] = call.split(' ')
        assert.ok(commandNames.includes(command), call)
        const source = read(`src/cli/${command}.ts`)
        for (const word of words.filter((one) => one.startsWith('--'))) {
          assert.match(source, new RegExp(`['\\s]${word.slice(2)}'?: \\{ type`), call)
        }
        for (const verb of words.slice(0, 1).filter((one) => /^[a-z]+(-[a-z]+)?$/.test(one))) {
          assert.match(source, new RegExp(`\\b${verb}\\b`), call)
        }
      }
    })

    it('names settings that the server reads, and steps that there are', () => {
      for (const setting of found(text, /\bSALLYPORT_[A-Z_]+/g)) {
        assert.ok(read('src/config.ts').includes(setting), setting)
      }
    })
  })
}

describe('the operations guide', () => {
  it('names the metrics that are answered, and every one of our own', async (t) => {
    const { listener } = openMetrics(
      () => ({
        connections: { used: 0, awaited: 0 },
        turns: { used: 0, awaited: 0 },
        refused: 0,
      }),
      () => 0,
    )
    const answered = found(await answerOf(t, listener), /^# TYPE (\w+)/gm)
    const named = found(guide, /`((?:sallyport|nodejs|process)_\w+)`/g)
    assert.deepEqual(
      named.filter((metric) => !answered.includes(metric)),
      [],
    )
    const ours = answered.filter((metric) => metric.startsWith('sallyport_'))
    assert.deepEqual(
      ours.filter((metric) => !named.includes(metric)),
      [],
    )
  })

  it('names codes of refusals that there are', () => {
    for (const code of found(guide, /`([A-Z]+(?:_[A-Z]+)+)`/g)) {
      // Variables of the environment: ours, Node's, OpenTelemetry's.
      if (/^(?:SALLYPORT|NODE|OTEL)_/.test(code)) continue
      assert.ok(
        errorCodes.some((known) => known === code),
        code,
      )
    }
  })

  it('says the figures of the code', () => {
    const { beginnings, answers, messages, tokens } = defaultTryLimits
    const days = maxAgeRange.maxMs / 86_400_000
    for (const said of [
      `| ${defaultLimits.guessesMax} in ${defaultLimits.guessWindowMs / 60_000} minutes; as many again`,
      `| ${[beginnings, answers, messages, tokens].join(', ')} | \`SALLYPORT_TRIES\``,
      `| ${limits.connections.toLocaleString('en')}; 16 KiB in 15 s; ${limits.bodyBytes / 1024} KiB in 30 s; ${limits.urlBytes / 1024} KiB |`,
      `the ${dictionary['passwords-common'].length.toLocaleString('en')} of`,
      `argon2id (${owaspCost.memoryKib / 1024} MiB, ${owaspCost.passes} passes)`,
      `| ${days} days, however often it is used`,
    ]) {
      assert.ok(guide.includes(said), said)
    }
  })
})

describe('the threat model', () => {
  it('names tests that the catalogue of attacks has', () => {
    const lines = model.match(/\| security [\d, ]+ \|$/gm)!
    assert.ok(lines.length > 20)
    for (const number of lines.flatMap((line) => line.match(/\d+/g)!)) {
      assert.ok(Array.isArray(security[number]) || Number(number) > 150, number)
    }
  })

  it('has every step that proves something among the ways in', () => {
    const ways = model.slice(model.indexOf('## Ways in'), model.indexOf('## Who may do what'))
    const proving = stepTypes.filter(({ declaration }) => declaration.credential)
    for (const { declaration } of proving.filter((step) => !step.declaration.enrols)) {
      const { type, byConnection } = declaration
      assert.ok(ways.includes(byConnection ? '| a connection |' : `\`${type}\``), type)
    }
  })
})

async function answerOf(t: { after(done: () => void): void }, listener: RequestListener) {
  const server = createServer(listener)
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  t.after(() => server.close())
  const { port } = server.address() as AddressInfo
  return (await fetch(`http://127.0.0.1:${port}/`)).text()
}
