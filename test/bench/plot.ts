/** Lines over one axis, one panel each, as an SVG that is read on light and dark paper. */

export interface Panel {
  readonly title: string
  /** As many as there are `xs`, 0 or more. */
  readonly ys: readonly number[]
}

const [width, height, left, top, gap] = [720, 110, 16, 40, 46] as const

/** @param xs in order */
export function plot(caption: string, xs: readonly number[], panels: readonly Panel[]): string {
  const rows = panels.map((panel, n) => panelOf(xs, panel, top + n * (height + gap)))
  const [right, bottom] = [width + 2 * left, top + panels.length * (height + gap)]
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${right} ${bottom}" font-family="sans-serif" font-size="13">
<style>text { fill: #555 } path { fill: none; stroke: #2a6fb0; stroke-width: 1.5 } line { stroke: #999 } @media (prefers-color-scheme: dark) { text { fill: #bbb } path { stroke: #7db4e8 } }</style>
<text x="${left}" y="18">${caption}</text>
${rows.join('\n')}
</svg>
`
}

/** From 0 on: what grows by a hundredth should look it. */
function panelOf(xs: readonly number[], { title, ys }: Panel, y: number): string {
  const max = Math.max(...ys, 1) * 1.1
  const at = (n: number) => {
    const across = left + (width * xs[n]!) / xs.at(-1)!
    return `${across.toFixed(1)} ${(y + gap / 2 + height * (1 - ys[n]! / max)).toFixed(1)}`
  }
  const ground = y + gap / 2 + height
  return [
    `<text x="${left}" y="${y + 14}">${title}</text>`,
    `<line x1="${left}" y1="${ground}" x2="${left + width}" y2="${ground}"/>`,
    `<path d="M${xs.map((_, n) => at(n)).join('L')}"/>`,
  ].join('\n')
}
