import assert from 'node:assert/strict'
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { main } from '../../src/cli/main.ts'

const shipped = join(import.meta.dirname, '../../flows')

describe('the commands of the checker', () => {
  let home: string
  before(async () => {
    home = await mkdtemp(join(tmpdir(), 'checker-'))
    await cp(shipped, join(home, 'flows'), { recursive: true })
    await cp(shipped, join(home, 'open'), { recursive: true })
    const path = join(home, 'open/vault.yaml')
    const text = await readFile(path, 'utf8')
    await writeFile(path, text.replace('exhausted: refused', 'exhausted: done'))
  })
  after(() => rm(home, { recursive: true }))

  async function sallyport(...args: string[]) {
    const [out, err]: [string[], string[]] = [[], []]
    const code = await main(args, {
      out: (line) => out.push(line),
      err: (line) => err.push(line),
      env: {},
      cwd: home,
      stop: new AbortController().signal,
      readInput: async () => '',
    })
    return { code, out: out.join('\n'), err: err.join('\n') }
  }

  it('check: every property of the shipped flows holds, with how much was seen', async () => {
    const { code, out } = await sallyport('check')
    assert.equal(code, 0, out)
    assert.match(out, /thrift: (\d+) of \1 properties hold \(\d+ states, \d+ transitions/)
    assert.match(out, /by the engine, whatever a flow says: I-03/)
  })

  it('check: a broken property is exit 1, with its place and its story', async () => {
    const { code, out } = await sallyport('check', '--flows', 'open')
    assert.equal(code, 1)
    assert.match(out, /vault\.yaml:\d+:\d+ I-06 broken: /)
    assert.match(out, / 1\. sign-in: exhausted, every attempt was wrong -> done/)
  })

  it('check: only the flow that was asked about is told', async () => {
    const { code, out } = await sallyport('check', '--flows', 'open', 'open/thrift.yaml')
    assert.equal(code, 0)
    assert.ok(!out.includes('vault:'))
  })

  it('check --json: verdicts with stories, of a version', async () => {
    const { code, out } = await sallyport('check', '--flows', 'open', '--json')
    assert.equal(code, 1)
    const { reports } = JSON.parse(out)
    const vault = reports.find(({ flow }: { flow: string }) => flow === 'vault')
    assert.equal(vault.version, 1)
    const broken = vault.verdicts.find(({ property }: { property: string }) => property === 'I-06')
    assert.equal(broken.verdict, 'broken')
    assert.equal(broken.story.version, 1)
    assert.ok(broken.story.moves.length > 0)
  })

  // OASIS SARIF 2.1.0, sections 3.13, 3.14, 3.27.
  it('check --sarif: a log with rules, results and code flows', async () => {
    const { code, out } = await sallyport('check', '--flows', 'open', '--sarif')
    assert.equal(code, 1)
    const { version, runs } = JSON.parse(out)
    assert.equal(version, '2.1.0')
    const [{ tool, results }] = runs
    const ids = tool.driver.rules.map(({ id }: { id: string }) => id)
    for (const { ruleId, level, message, locations } of results) {
      assert.ok(ids.includes(ruleId) || ruleId.includes(' '), ruleId)
      assert.ok(['error', 'warning'].includes(level))
      assert.ok(message.text.length > 0)
      assert.ok(locations[0].physicalLocation.region.startLine > 0)
    }
    assert.ok(results.some(({ codeFlows }: { codeFlows?: unknown }) => codeFlows))
  })

  it('check --any-config: the same flows with connections set otherwise', async () => {
    const { code, out } = await sallyport('check', '--any-config')
    assert.equal(code, 1)
    assert.match(out, /JIT is off for google/)
  })

  it('graph: a picture, a diagram and a machine of a flow, by name or by file', async () => {
    const svg = await sallyport('graph', 'thrift')
    assert.equal(svg.code, 0)
    assert.match(svg.out, /^<svg xmlns=/)
    const mermaid = await sallyport('graph', 'flows/vault.yaml', '--format', 'mermaid')
    assert.match(mermaid.out, /^stateDiagram-v2\n/)
    const machine = await sallyport('graph', 'vault', '--format', 'xstate')
    assert.equal(JSON.parse(machine.out).id, 'vault')
  })

  it('graph --property: the same picture with the way that breaks it', async () => {
    const drawn = await sallyport('graph', 'vault', '--flows', 'open', '--property', 'I-06')
    assert.match(drawn.out, /class="edge path"/)
    const plain = await sallyport('graph', 'vault', '--flows', 'open')
    assert.ok(!plain.out.includes('class="edge path"'))
    const holds = await sallyport('graph', 'vault', '--property', 'I-06')
    assert.equal(holds.code, 2)
    assert.match(holds.err, /I-06 of vault has no story to draw: holds/)
    const none = await sallyport('graph', 'vault', '--property', 'I-60')
    assert.match(none.err, /vault has no property I-60/)
  })

  it('graph: a flow or a format that there is not is answered with what there is', async () => {
    const flow = await sallyport('graph', 'thift')
    assert.deepEqual([flow.code, flow.out], [2, ''])
    assert.match(flow.err, /there is no flow thift: did you mean `thrift`/)
    const format = await sallyport('graph', 'thrift', '--format', 'png')
    assert.equal(format.code, 2)
    assert.match(format.err, /svg, mermaid or xstate/)
    const none = await sallyport('graph')
    assert.match(none.err, /name the flow, one of /)
  })

  it('paths: each path, and what they cover', async () => {
    const { code, out } = await sallyport('paths', 'vault')
    assert.equal(code, 0)
    assert.match(out, /vault-1 -> /)
    assert.match(out, /\d+ paths take \d+ of \d+ transitions/)
    const json = await sallyport('paths', 'vault', '--json')
    assert.ok(JSON.parse(json.out).paths.length > 5)
  })

  it('mutate: no less secure edit of a shipped flow goes unnoticed', async () => {
    const { code, out } = await sallyport('mutate', 'vault')
    assert.equal(code, 0, out)
    assert.match(out, /vault: \d+ edits: /)
    assert.match(out, /0 of those unexplained/)
  })
})
