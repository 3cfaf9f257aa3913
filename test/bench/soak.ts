/**
 * `npm run bench:soak [-- LOGINS] [--keep]`: so many logins on one server, whose memory, handles and rows are looked
 * at a hundred times; then time goes on, and what has a time is swept. Prints how each has grown, with the noise of it;
 * with `--keep` draws it into `soak.svg`. Ends with 1 where memory or handles grow, or a row stays that should not.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { Agent } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { countRows } from '../support/rows.ts'
import { byPasswordOf, login } from './logins.ts'
import { startOurs } from './ours.ts'
import { plot } from './plot.ts'
import type { Bench } from './servers.ts'
import { trendOf } from './trend.ts'

const numbers = process.argv.slice(2).filter((word) => !word.startsWith('--'))
const [logins = 20_000] = numbers.map(Number)
const looks = 100
const people = 1_000
/** Who signs in at the same time. */
const atOnce = 8
/** Code that has just started is compiled while it runs, and caches are filled. */
const warmingUp = 2_000
const dayMs = 86_400_000
/** Longer than sessions, grants and refresh tokens last; three times that is shorter than events of logins do. */
const aWhileMs = 29 * dayMs
/** What a login leaves that is kept: its story. */
const stories = ['audit_records', 'login_events']
/** What the smallest object takes, if each login left one: less than that is no login's, but the engine's own. */
const oneEachMib = (16 * 1_000) / 2 ** 20

interface Look {
  readonly logins: number
  readonly rssMib: number
  readonly heapMib: number
  readonly handles: number
  readonly rows: Rows
}
type Rows = Readonly<Record<string, number>>

const folder = mkdtempSync(join(tmpdir(), 'sallyport-bench-'))
const database = `sqlite:${join(folder, 'soak')}`
const server = await startOurs({ database, bos: people })
try {
  const looked = await soak(server)
  const stays = await passTime(server, looked)
  const grows = tell(looked)
  if (process.argv.includes('--keep')) draw(looked)
  process.exitCode = stays || grows ? 1 : 0
} finally {
  await server.close()
  rmSync(folder, { recursive: true, force: true })
}

/** @returns the first look is before any login */
async function soak(its: Bench): Promise<readonly Look[]> {
  await signIn(its, warmingUp)
  await its.tell({ aheadMs: aWhileMs, tend: true })
  const looked = [await look(its, 0)]
  for (let nth = 1; nth <= looks; nth++) {
    await signIn(its, logins / looks)
    await its.tell({ tend: true })
    looked.push(await look(its, (nth * logins) / looks))
    const { rows, ...figures } = looked.at(-1)!
    if (nth % 10 === 0) console.log(JSON.stringify(figures))
  }
  return looked
}

async function signIn(its: Bench, many: number): Promise<void> {
  const agent = new Agent({ keepAlive: true, timeout: 2_000 })
  let begun = 0
  const person = async () => {
    while (begun < many) {
      const driven = { agent, issuer: its.issuer, times: [] }
      await login(
        driven,
        byPasswordOf((nth) => `bo${nth % people}`),
      )(begun++)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, person))
  agent.destroy()
}

async function look(its: Bench, count: number): Promise<Look> {
  const { rssBytes, heapBytes, handles } = await its.tell({ collect: true })
  const rows = await countRows(database)
  return { logins: count, rssMib: rssBytes / 2 ** 20, heapMib: heapBytes / 2 ** 20, handles, rows }
}

/** @returns whether a row is left that should be gone */
async function passTime(its: Bench, looked: readonly Look[]): Promise<boolean> {
  const { rows: base } = looked[0]!
  await its.tell({ aheadMs: 2 * aWhileMs, tend: true })
  const swept = await countRows(database)
  for (const table of stories) {
    const grown = swept[table]! - base[table]!
    console.log(`${table}: ${(grown / logins).toFixed(2)} rows a login, which stay`)
  }
  const wrong = Object.keys(base).filter(
    (table) => !stories.includes(table) && swept[table] !== base[table],
  )
  for (const table of wrong)
    console.log(`${table}: ${base[table]} rows before, ${swept[table]} after`)

  await its.tell({ aheadMs: 6 * aWhileMs, tend: true })
  const { login_events } = await countRows(database)
  console.log(`login_events: ${login_events} rows when their time is over too`)
  return wrong.length > 0 || login_events !== 0
}

/** @returns whether memory or handles grow, beyond twice the noise and by what logins would leave */
function tell(looked: readonly Look[]): boolean {
  const figures = {
    rssMib: ['RSS, MiB', oneEachMib],
    heapMib: ['heap without code, MiB', oneEachMib],
    handles: ['handles', 0],
  } as const
  // The second half: a heap takes its time to find its size.
  const settled = looked.slice(looks / 2)
  const xs = settled.map((at) => at.logins / 1_000)
  let grows = false
  for (const [key, [name, leastSlope]] of Object.entries(figures)) {
    const ys = settled.map((at) => at[key as keyof typeof figures])
    const { slope, standardError } = trendOf(xs, ys)
    grows ||= slope > Math.max(leastSlope, 2 * standardError)
    const text = `${slope.toFixed(4)} ± ${standardError.toFixed(4)}`
    console.log(
      `${name}: ${ys[0]!.toFixed(1)} to ${ys.at(-1)!.toFixed(1)}, ${text} each 1,000 logins`,
    )
  }
  const [first, last] = [looked[0]!.rows, looked.at(-1)!.rows]
  for (const [table, count] of Object.entries(last)) {
    const grown = (count - first[table]!) / logins
    if (grown > 0) console.log(`${table}: ${grown.toFixed(2)} rows a login before they are swept`)
  }
  return grows
}

function draw(looked: readonly Look[]): void {
  const panelOf = (title: string, ask: (at: Look) => number) => ({
    title: `${title}: ${ask(looked[0]!).toFixed(0)} to ${ask(looked.at(-1)!).toFixed(0)}`,
    ys: looked.map(ask),
  })
  const caption = `${logins.toLocaleString('en')} logins by password on one server`
  const svg = plot(
    caption,
    looked.map((at) => at.logins),
    [
      panelOf('RSS, MiB', ({ rssMib }) => rssMib),
      panelOf('heap after collection, without code, MiB', ({ heapMib }) => heapMib),
      panelOf('handles', ({ handles }) => handles),
      panelOf('rows of all tables', ({ rows }) =>
        Object.values(rows).reduce((all, count) => all + count, 0),
      ),
    ],
  )
  writeFileSync(join(import.meta.dirname, 'soak.svg'), svg)
}
