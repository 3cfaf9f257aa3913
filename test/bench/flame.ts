/**
 * `npm run bench:flame [-- LOGINS] [--keep]`: where the time of a login by password goes, by the server's own look at
 * itself. Prints whose code takes how much; with `--keep` draws the stacks as `flame.svg`, in which a function is as
 * wide as it took long, and hangs below whoever has called it.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { byPasswordOf, login } from './logins.ts'
import { startOurs } from './ours.ts'
import { agent, closeAll, closing, folder } from './place.ts'
import type { SentFrame } from './profile.ts'

const [logins = 1_000] = process.argv
  .slice(2)
  .filter((word) => !word.startsWith('--'))
  .map(Number)
const warmingUp = 400
const people = 100

try {
  const server = await startOurs({ database: `sqlite:${join(folder, 'flame')}`, bos: people })
  closing.push(() => server.close())
  const act = login(
    { agent, issuer: server.issuer, times: [] },
    byPasswordOf((nth) => `bo${nth % people}`),
  )
  for (let count = 0; count < warmingUp; count++) await act(count)
  await server.tell({ profile: 'begin' })
  for (let count = 0; count < logins; count++) await act(count)
  const { profile } = await server.tell({ profile: 'end' })
  tell(profile!)
  if (process.argv.includes('--keep')) {
    writeFileSync(join(import.meta.dirname, 'flame.svg'), draw(profile!))
  }
} finally {
  await closeAll()
}

function tell(root: SentFrame): void {
  const own = new Map<string, number>()
  const count = ({ owner, micros, inside }: SentFrame) => {
    const left = micros - inside.reduce((sum, called) => sum + called.micros, 0)
    own.set(owner, (own.get(owner) ?? 0) + left)
    inside.forEach(count)
  }
  count(root)
  console.log(`${(root.micros / logins).toFixed(0)} us a login on the main thread:`)
  for (const [owner, micros] of [...own].sort(([, a], [, b]) => b - a).slice(0, 20)) {
    const share = ((100 * micros) / root.micros).toFixed(1)
    console.log(`${(micros / logins).toFixed(0).padStart(6)} us ${share.padStart(5)} %  ${owner}`)
  }
}

function draw(root: SentFrame): string {
  const [width, height, least] = [1_200, 15, 0.002 * root.micros] as const
  const rects: string[] = []
  let deepest = 0
  const place = (frame: SentFrame, fromMicros: number, depth: number): void => {
    if (frame.micros < least) return
    deepest = Math.max(deepest, depth)
    const across = (micros: number) => (width * micros) / root.micros
    const [x, y, wide] = [across(fromMicros), depth * height, across(frame.micros)]
    const share = ((100 * frame.micros) / root.micros).toFixed(1)
    const letters = Math.floor(wide / 6)
    const label = letters > 3 ? escaped(frame.name.slice(0, letters)) : ''
    rects.push(
      `<g><title>${escaped(`${frame.name} (${frame.owner}): ${share} %`)}</title>` +
        `<rect x="${x.toFixed(1)}" y="${y}" width="${wide.toFixed(1)}" height="${height - 1}" fill="${colourOf(frame.owner)}"/>` +
        `<text x="${(x + 2).toFixed(1)}" y="${y + 11}">${label}</text></g>`,
    )
    let at = fromMicros
    for (const called of [...frame.inside].sort((a, b) => b.micros - a.micros)) {
      place(called, at, depth + 1)
      at += called.micros
    }
  }
  place(root, 0, 0)
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${(deepest + 1) * height}" font-family="monospace" font-size="10">
${rects.join('\n')}
</svg>
`
}

/** Ours, the database's way, the OpenID library's, and what is below all. */
function colourOf(owner: string): string {
  if (owner.startsWith('src/')) return '#7db4e8'
  if (['knex', 'sqlite3', 'tarn', 'lodash'].includes(owner)) return '#e8b96a'
  if (['oidc-provider', 'jose'].includes(owner)) return '#9ccb86'
  return ['node', 'native', 'garbage collection'].includes(owner) ? '#cccccc' : '#d3a4d9'
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
