import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { machineOf, mermaidOf } from '../../src/checker/diagram.ts'
import { graphOf } from '../../src/checker/graph.ts'
import { svgOf } from '../../src/checker/svg.ts'
import { checkSmall, loadSmall, type Small, verdictOf } from '../support/checked.ts'

const small: Small = {
  states: `
  sign-in:
    offer: [password, github]
    on: { success: second, unknown: provision, denied: no, blocked: no, exhausted: no }
  provision:
    run: provision
    on: { success: second, disabled: second, conflict: no, rejected: no }
  second:
    skip: [{ when: "identity.connection == 'corp'", to: done, because: <Corp> & "others" ask }]
    offer: [totp]
    on: { success: done, unavailable: no, exhausted: no }
  done: { end: success }
  no: { end: failure, error: access_denied }`,
  jitOff: ['github'],
}

describe('graph', () => {
  const flow = loadSmall(small)

  it('has every state but the ends that all flows have, and joins equal ways', () => {
    const { nodes, edges } = graphOf(flow)
    assert.deepEqual(nodes.map(({ id }) => id).sort(), [
      'done',
      'no',
      'provision',
      'second',
      'sign-in',
    ])
    const edge = edges.find(({ from, to }) => from === 'sign-in' && to === 'second')
    assert.deepEqual(edge?.lines, ['success (password, github)'])
  })

  it('a way around a credential step stands out, with its reason', () => {
    const around = graphOf(flow).edges.filter((edge) => edge.around)
    assert.equal(around.length, 1)
    assert.match(around[0]!.lines[0]!, /<Corp> & "others" ask/)
    assert.match(svgOf(graphOf(flow)), /<g class="around edge|<g class="edge around"/)
  })

  it('the picture is well-formed: texts are escaped, and it says what it shows', () => {
    const svg = svgOf(graphOf(flow))
    assert.ok(!svg.includes('<Corp>'))
    assert.match(svg, /&lt;Corp&gt; &amp; &quot;others&quot;/)
    assert.match(svg, /role="img" aria-labelledby="title description"/)
    assert.match(svg, /Ways around a credential step: second to done/)
    const open = svg.match(/<(g|svg|text|tspan|defs|marker|title|desc|style)[ >]/g)!.length
    const closed = svg.match(/<\/(g|svg|text|tspan|defs|marker|title|desc|style)>/g)!.length
    assert.equal(open, closed)
  })

  it('a way from a state to itself leaves it and comes back at its side', () => {
    const again = loadSmall({
      ...small,
      states: small.states.replace(
        'unavailable: no, exhausted: no',
        'unavailable: no, exhausted: second',
      ),
    })
    const svg = svgOf(graphOf(again))
    const [, path = ''] = /<title>second to second: [^<]*<\/title><path d="([^"]*)"/.exec(svg) ?? []
    const [, name = ''] =
      /<g class="[^"]*"><rect ([^>]*)\/><text[^>]*><tspan[^>]*>second</.exec(svg) ?? []
    const [x, , width] = ['x', 'y', 'width'].map((of) =>
      Number(new RegExp(`${of}="([^"]*)"`).exec(name)?.[1]),
    )
    const ends = [...path.matchAll(/[ML]([\d.]+),/g)].map(([, at]) => Number(at))
    assert.equal(ends.length, 4)
    assert.deepEqual([ends[0], ends.at(-1)], [x! + width!, x! + width!])
    assert.ok(ends[1]! > ends[0]!)
  })

  it('a witness is the same picture with its way', () => {
    const { story } = verdictOf(checkSmall(small), 'I-04')
    const { nodes, edges } = graphOf(flow, story)
    assert.deepEqual(
      nodes
        .filter(({ onPath }) => onPath)
        .map(({ id }) => id)
        .sort(),
      ['provision', 'second', 'sign-in'],
    )
    assert.deepEqual(
      edges.filter(({ onPath }) => onPath).map(({ from, to }) => `${from} ${to}`),
      ['sign-in provision', 'provision second'],
    )
  })

  it('Mermaid: one line a state and a way, and nothing that it would read as its own', () => {
    const lines = mermaidOf(graphOf(flow)).split('\n')
    assert.equal(lines[0], 'stateDiagram-v2')
    const ways = lines.filter((line) => line.includes('-->') && !line.includes('[*]'))
    assert.equal(ways.length, graphOf(flow).edges.length)
    for (const line of ways) assert.equal(line.split(' : ').length, 2, line)
  })

  it('xstate: every target is a state, and an offer with ways around is two', () => {
    const { states, initial } = machineOf(flow)
    assert.ok(states[initial])
    assert.ok(states['second-asked'])
    for (const state of Object.values(states)) {
      const targets = [...(state.always ?? []), ...Object.values(state.on ?? {}).flat()]
      for (const { target } of targets) assert.ok(states[target], target)
    }
  })
})
