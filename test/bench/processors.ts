/** What processors were busy with, by Linux's own count (`man 5 proc`): whole processes, and the machine. */
import { readdirSync, readFileSync } from 'node:fs'

/** Milliseconds of processors, since each of these began. */
export interface Busy {
  readonly machine: number
  /** By the id of its process; one that has ended is not there. */
  readonly processes: ReadonlyMap<number, number>
  /** The parent of each. */
  readonly parents: ReadonlyMap<number, number>
}

/** Of `/proc`: a hundredth of a second, whatever the kernel counts in itself. */
const tickMs = 10

export function readBusy(): Busy {
  const processes = new Map<number, number>()
  const parents = new Map<number, number>()
  for (const name of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
    const stat = textOf(`/proc/${name}/stat`)
    if (stat === undefined) continue
    // What it is called may have spaces and brackets in it.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    const [parent, user, system] = [fields[1], fields[11], fields[12]].map(Number)
    parents.set(Number(name), parent!)
    processes.set(Number(name), (user! + system!) * tickMs)
  }
  return { machine: machineMs(), processes, parents }
}

/** @returns milliseconds that `pid` and all that it has started were busy, from one moment to another */
export function busyBelow(pid: number, before: Busy, after: Busy): number {
  const own = (after.processes.get(pid) ?? 0) - (before.processes.get(pid) ?? 0)
  const children = [...after.parents].filter(([, parent]) => parent === pid)
  return children.reduce((sum, [child]) => sum + busyBelow(child, before, after), own)
}

function machineMs(): number {
  const [line = ''] = readFileSync('/proc/stat', 'utf8').split('\n')
  const [user, nice, system, , , irq, softirq] = line.split(/\s+/).slice(1).map(Number)
  return (user! + nice! + system! + irq! + softirq!) * tickMs
}

/** @returns absence: it has ended meanwhile */
function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}
