import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { BrokenFlows, holdFlows } from '../../src/cli/gate.ts'
import { judgedBy } from '../../src/cli/judged-by.ts'
import { loadFlows } from '../../src/language/load.ts'
import type { Organisation } from '../../src/language/settings.ts'
import { stepTypes } from '../../src/steps/index.ts'
import { openVerdicts, type Verdicts } from '../../src/store/verdicts.ts'
import { openSqlite } from '../support/database.ts'
import { mfaForAll } from '../support/mfa-for-all.ts'
import { shippedFile } from '../support/world.ts'

/** Of scenario 4: it holds as long as GitHub's people get accounts. */
const holding = load({})
const broken = load({ SALLYPORT_GITHUB_JIT: 'false' })

describe('what has held before', () => {
  it('is not checked again; what has not held is, each time', async (t) => {
    const verdicts = await opened(t)
    assert.deepEqual(await hold(holding, verdicts), { asked: [false], kept: 1 })
    assert.deepEqual(await hold(holding, verdicts), { asked: [true], kept: 0 })
    for (let time = 0; time < 2; time++) {
      await assert.rejects(hold(broken, verdicts), BrokenFlows)
      assert.deepEqual(verdicts.last, { asked: [false], kept: 0 })
    }
  })

  it('says nothing of any other definition, setting or declaration', async (t) => {
    const verdicts = await opened(t)
    await hold(holding, verdicts)
    const [flow] = holding.flows
    const others = [
      { ...holding, flows: [{ ...flow!, start: 'second' }] },
      { ...holding, flows: [flow!, { ...flow!, name: 'other' }] },
    ]
    for (const other of others) {
      await hold(other, verdicts).catch(() => undefined)
      assert.deepEqual(verdicts.last.asked, [false])
    }
    const [step, ...more] = stepTypes
    const declaration = { ...step!.declaration, uses: 'nothing' }
    await hold(holding, verdicts, [{ ...step!, declaration }, ...more]).catch(() => undefined)
    assert.deepEqual(verdicts.last.asked, [false])
  })

  it('is by whoever judges now, and by nobody whose code was changed since it was loaded', () => {
    const judge = judgedBy(performance.timeOrigin)
    assert.match(judge ?? '', /^[0-9a-f]{64}$/)
    assert.equal(judgedBy(performance.timeOrigin), judge)
    // As if all that stands on disk had come after this process.
    assert.equal(judgedBy(0), undefined)
  })
})

interface Watched extends Verdicts {
  last: { readonly asked: boolean[]; kept: number }
}

/** @returns what was answered, and how often something was kept */
async function hold(organisation: Organisation, verdicts: Watched, steps = stepTypes) {
  verdicts.last = { asked: [], kept: 0 }
  const tenants = new Map([['default', { organisation: () => organisation, verdicts }]])
  await holdFlows(tenants, steps, { unchecked: false, err: (line) => assert.fail(line) })
  return verdicts.last
}

async function opened(t: { after(close: () => unknown): void }): Promise<Watched> {
  const { db, close } = await openSqlite()
  t.after(close)
  const kept = openVerdicts(db, 'default', new Uint8Array(32))
  const watched: Watched = {
    last: { asked: [], kept: 0 },
    async haveHeld(checked) {
      const held = await kept.haveHeld(checked)
      watched.last.asked.push(held)
      return held
    },
    async keep(checked, nowMs) {
      watched.last.kept += 1
      await kept.keep(checked, nowMs)
    },
  }
  return watched
}

function load(env: Readonly<Record<string, string>>): Organisation {
  const applications = `applications:
  thrift: { title: T, flow: thrift, redirectUris: ['http://localhost:1/'], auth: none, release: [sub] }
`
  const files = {
    'applications.yaml': applications,
    'connections.yaml': shippedFile('connections.yaml'),
    ...mfaForAll,
  }
  const given = Object.entries(files).map(([name, text]) => ({ name, text }))
  const { organisation, problems } = loadFlows(given, stepTypes, env)
  if (!organisation) throw new Error(problems.map(({ message }) => message).join('\n'))
  return organisation
}
