/** A flow's graph as a picture: SVG without script, readable by itself and by a screen reader. */
import dagre from '@dagrejs/dagre'
import type { FlowGraph, GraphEdge, GraphNode } from './graph.ts'

const letterWidth = 7
const lineHeight = 16
const margin = 12
const longestLine = 44
/** From the middle of a line to where its letters stand. */
const baseline = 4

export function svgOf(graph: FlowGraph): string {
  const layout = laidOut(graph)
  const { width = 0, height = 0 } = layout.graph()
  const edges = graph.edges.map((edge, at) => {
    const placed = layout.edge(edge.from, edge.to, `${at}`) as PlacedEdge
    const isLoop = edge.from === edge.to
    return drawEdge(edge, isLoop ? besideNode(placed, layout.node(edge.from)) : placed)
  })
  const nodes = graph.nodes.map((node) => drawNode(node, layout.node(node.id)))
  const size = [Math.ceil(width + margin * 2), Math.ceil(height + margin * 2)]
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${size[0]}" height="${size[1]}" viewBox="${-margin} ${-margin} ${size[0]} ${size[1]}" role="img" aria-labelledby="title description">`,
    `<title id="title">${escaped(`${graph.title} (${graph.name})`)}</title>`,
    `<desc id="description">${escaped(described(graph))}</desc>`,
    style,
    marker,
    ...edges,
    ...nodes,
    '</svg>',
    '',
  ].join('\n')
}

function laidOut(graph: FlowGraph) {
  const layout = new dagre.graphlib.Graph({ multigraph: true })
  layout.setGraph({ rankdir: 'TB', nodesep: 40, ranksep: 56, edgesep: 16 })
  for (const node of graph.nodes) {
    const widest = Math.max(...node.lines.map((line) => line.length))
    layout.setNode(node.id, {
      width: widest * letterWidth + margin * 2,
      height: node.lines.length * lineHeight + margin,
    })
  }
  for (const [at, edge] of graph.edges.entries()) {
    const lines = edge.lines.map(shortened)
    const width = Math.max(...lines.map((line) => line.length)) * (letterWidth - 1)
    const size = { width, height: lines.length * (lineHeight - 2), labelpos: 'c' }
    layout.setEdge(edge.from, edge.to, size, `${at}`)
  }
  dagre.layout(layout)
  return layout
}

interface Point {
  readonly x: number
  readonly y: number
}

interface Box extends Point {
  readonly width: number
  readonly height: number
}

interface PlacedEdge {
  readonly points: readonly Point[]
  /** The middle of its label. */
  readonly x?: number
  readonly y?: number
}

/** The layout leaves room for a state's way to itself at its right, with the label, but draws it to nowhere. */
function besideNode({ x = 0 }: PlacedEdge, node: Box): PlacedEdge {
  const right = node.x + node.width / 2
  const [above, below] = [node.y - node.height / 4, node.y + node.height / 4]
  const far = (right + x) / 2
  const turns = [
    { x: right, y: above },
    { x: far, y: above },
    { x: far, y: below },
    { x: right, y: below },
  ]
  return { points: turns, x, y: node.y }
}

function drawEdge(edge: GraphEdge, { points, x, y }: PlacedEdge): string {
  const [first, ...rest] = points
  if (!first) return ''
  const round = (value: number) => Math.round(value * 10) / 10
  const line = [
    `M${round(first.x)},${round(first.y)}`,
    ...rest.map((p) => `L${round(p.x)},${round(p.y)}`),
  ]
  const kind = ['edge', edge.around ? 'around' : '', edge.onPath ? 'path' : '']
    .filter(Boolean)
    .join(' ')
  const label = edge.lines.map(
    (text, at) =>
      `<tspan x="${round(x ?? first.x)}" dy="${at === 0 ? 0 : lineHeight - 2}">${escaped(shortened(text))}</tspan>`,
  )
  const top = (y ?? first.y) - ((edge.lines.length - 1) * (lineHeight - 2)) / 2
  return [
    `<g class="${kind}">`,
    `<title>${escaped(`${edge.from} to ${edge.to}: ${edge.lines.join(', ')}`)}</title>`,
    `<path d="${line.join(' ')}" marker-end="url(#arrow)"/>`,
    `<text y="${round(top + baseline)}">${label.join('')}</text>`,
    '</g>',
  ].join('')
}

function drawNode(node: GraphNode, { x, y, width, height }: Box): string {
  const kind = [
    'node',
    node.kind,
    node.success ? 'success' : '',
    node.start ? 'start' : '',
    node.onPath ? 'path' : '',
    node.here ? 'here' : '',
  ]
  const text = node.lines.map((line, at) => {
    const dy = at === 0 ? -((node.lines.length - 1) * lineHeight) / 2 : lineHeight
    return `<tspan x="${x}" dy="${dy}"${at === 0 ? ' class="name"' : ''}>${escaped(line)}</tspan>`
  })
  const corner = node.kind === 'end' ? height / 2 : 6
  return [
    `<g class="${kind.filter(Boolean).join(' ')}">`,
    `<rect x="${x - width / 2}" y="${y - height / 2}" width="${width}" height="${height}" rx="${corner}"/>`,
    `<text y="${y + baseline}">${text.join('')}</text>`,
    '</g>',
  ].join('')
}

function described({ nodes, edges }: FlowGraph): string {
  const around = edges.filter((edge) => edge.around)
  const start = nodes.find((node) => node.start)?.id ?? ''
  const ways = around.map(({ from, to, lines }) => `${from} to ${to} (${lines.join(', ')})`)
  const told = ways.length > 0 ? ` Ways around a credential step: ${ways.join('; ')}.` : ''
  return `${nodes.length} states, beginning at ${start}.${told}`
}

function shortened(line: string): string {
  return line.length > longestLine ? `${line.slice(0, longestLine - 1)}…` : line
}

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}

const style = `<style>
text { font: 12px system-ui, sans-serif; text-anchor: middle; fill: #1b1f24 }
.name { font-weight: 600 }
.node rect { fill: #f5f7fa; stroke: #5b6673; stroke-width: 1.2 }
.offer rect { fill: #e8f0fe; stroke: #2f5fb3 }
.end rect { fill: #fbeaea; stroke: #a33b3b }
.success rect { fill: #e5f5e9; stroke: #2b7a3e }
.start rect { stroke-width: 2.4 }
.edge path { fill: none; stroke: #5b6673; stroke-width: 1.2 }
.edge text { font-size: 11px; fill: #3a424c; paint-order: stroke; stroke: #fff; stroke-width: 3px }
.around path { stroke: #b35900; stroke-width: 2.4; stroke-dasharray: 7 4 }
.around text { fill: #8a4500; font-weight: 600 }
.path path, .node.path rect { stroke: #b00020; stroke-width: 3 }
.node.here rect { fill: #fff3c4; stroke-width: 5 }
</style>`

const marker =
  '<defs><marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="9" markerHeight="9" markerUnits="userSpaceOnUse" orient="auto-start-reverse"><path d="M0,0 L8,4 L0,8 z" fill="#5b6673"/></marker></defs>'
