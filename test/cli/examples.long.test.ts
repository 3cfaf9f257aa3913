import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { main } from '../../src/cli/main.ts'

const examples = join(import.meta.dirname, '../../flows/examples')
const settings = ['applications', 'connections', 'directories', 'plugins', 'senders', 'services']

/** What no story can bring about here, in the words in which it is said. */
const unplayable = [
  /^no condition fails after /,
  // Of a chain of directories the first of its states that run one step fails, not a later one.
  /^\S+\/next has ended with forget\.(?:error|timeout), not with forget\.success$/,
  /^it needs two accounts of one name$/,
  /^provision has ended with provision\.conflict, not with provision\.success$/,
  // Nobody takes a password away between two steps of one answer.
  /^it needs that meanwhile has\(password\) is no more$/,
  // One person has two accounts, by two directories.
  /^\S+ has ended with verify\.success, not with verify\.blocked$/,
  /^it needs a device that its owner has had remembered before$/,
  /^it needs that the account has \d+ other sessions$/,
  // Only another login of the same person, between two of its statements, brings this about.
  /, not with \S+\.conflict$/,
]

describe('the test paths of the example flows', () => {
  for (const folder of readdirSync(examples)) {
    const flows = readdirSync(join(examples, folder))
      .filter((name) => name.endsWith('.yaml'))
      .map((name) => name.replace('.yaml', ''))
      .filter((name) => !settings.includes(name))
    for (const flow of flows) {
      it(`scenario 18, W-25: ${folder}/${flow} goes as they say over HTTP, and what cannot be played is said`, async () => {
        const { code, driven } = await drive(flow, join(examples, folder))
        assert.equal(code, 0)
        assert.ok(driven.some(({ result }) => result === 'as-told'))
        for (const { result, because = '' } of driven) {
          if (result === 'as-told') continue
          const isSaid = unplayable.some((reason) => reason.test(because))
          assert.ok(result === 'cannot' && isSaid, `${result}: ${because}`)
        }
      })
    }
  }
})

async function drive(flow: string, folder: string) {
  const out: string[] = []
  const code = await main(['test', flow, '--flows', folder, '--json'], {
    out: (line) => out.push(line),
    err: () => {},
    env: {},
    cwd: examples,
    stop: new AbortController().signal,
    readInput: async () => '',
  })
  const { driven } = JSON.parse(out.join('\n')) as {
    driven: { played: { result: string; because?: string } }[]
  }
  return { code, driven: driven.map(({ played }) => played) }
}
