/**
 * Family G(n, k) in Promela, for SPIN's own explorer: control states are labels, a transition is one
 * `atomic`. The same states and transitions as ours with nothing forgotten and nothing covered.
 */
import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { readAt } from './family.ts'
import { timed } from './timed.ts'

const run = promisify(execFile)

export interface Counted {
  readonly states: number
  readonly transitions: number
  /** Of its own. */
  readonly ms: number
}

/** What has gone wrong where a step or a condition fails; then time, attempts, patience. */
const failed = 1

/** A fact is a set of what it can be: 1 no, 2 yes, 3 either. `why` is what has gone wrong. */
function promela(n: number, k: number): string {
  const all = (value: number) =>
    Array.from({ length: k }, (_, fact) => `g${fact} = ${value}; `).join('')
  const states = Array.from({ length: n }, (_, at) => {
    const next = at + 1 < n ? `offering${at + 1}` : 'entering'
    const named = at === 0 ? `who = 1; ${all(3)}` : ''
    const moves = [
      ...branches(readAt(n, k, at), next, at === 0).map((move) =>
        move.replace('->', `-> ${named}`),
      ),
      ...[failed, 2, 3, 4].map((why) => `true -> why = ${why}; goto no`),
      `true -> who = 0; why = 0; ${all(3)}goto expired`,
    ]
    const reset = at === 1 ? `who = 0; ${all(1)}` : ''
    const back = at > 0 ? [`true -> ${reset}goto offering${at - 1}`] : []
    return `offering${at}: atomic { true -> goto resting${at} };
resting${at}: if
${[...moves, ...back].map((move) => `  :: atomic { ${move} }`).join('\n')}
  fi;`
  })
  const facts = Array.from({ length: k }, (_, fact) => `byte g${fact} = 1;`).join(' ')
  return `${facts}
byte why; byte who; byte active_ = 3; byte asked = 3;
active proctype login() {
${states.join('\n')}
entering: if
  :: atomic { true -> active_ = 2; asked = 2; goto success }
  :: atomic { true -> active_ = 2; asked = 1; goto success }
  :: atomic { true -> active_ = 1; goto blocked }
  fi;
expired: atomic { false -> goto expired };
no: atomic { false -> goto no };
blocked: atomic { false -> goto blocked };
success: atomic { false -> goto success };
}
`
}

/** The first fact that is yes decides; each reading may fail. */
function branches(facts: readonly number[], next: string, open: boolean): string[] {
  const [fact, ...others] = facts
  if (fact === undefined) return [`true -> goto ${next}`]
  const [yes, no] = open ? ['true', 'true'] : [`(g${fact} & 2)`, `(g${fact} & 1)`]
  const rest = branches(others, next, open).map((move) => {
    const [guard, act] = move.split(' -> ') as [string, string]
    return `${no} && ${guard} -> g${fact} = 1; ${act}`
  })
  return [`${yes} -> g${fact} = 2; goto ${next}`, `true -> why = ${failed}; goto no`, ...rest]
}

/** @returns absence where SPIN or a C compiler is missing */
export async function exploreByPan(n: number, k: number): Promise<Counted | undefined> {
  const cwd = await mkdtemp(join(tmpdir(), 'sallyport-pan-'))
  try {
    await writeFile(join(cwd, 'family.pml'), promela(n, k))
    // Without -o2 SPIN hides what is written and never read, and counts fewer states.
    await run('spin', ['-o2', '-a', 'family.pml'], { cwd })
    const flags = ['-O2', '-w', '-DSAFETY', '-DNOREDUCE']
    await run('gcc', [...flags, '-o', 'pan', 'pan.c'], { cwd })
    const times: number[] = []
    let told = ''
    for (let time = 0; time < 3; time++) {
      const { stdout, ownMs } = await timed('./pan -m1000000 -w22 -E -n', cwd)
      times.push(ownMs)
      told = stdout
    }
    const figure = (what: RegExp) => Number(what.exec(told)?.[1])
    return {
      states: figure(/([\d.e+]+) states, stored/),
      transitions: figure(/([\d.e+]+) transitions/),
      ms: Math.min(...times),
    }
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw thrown
  } finally {
    await rm(cwd, { recursive: true })
  }
}
