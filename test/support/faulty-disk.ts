/** Disks that break: one by a library that is preloaded into a server, one that is really full. */
import { execFileSync } from 'node:child_process'
import {
  closeSync,
  mkdtempSync,
  openSync,
  rmSync,
  statfsSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { constants, tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Birth } from './mortal.ts'

export interface Breaking {
  readonly what: 'write' | 'sync'
  /** How many still go well. */
  readonly after: number
  readonly error: 'EIO' | 'ENOSPC'
}

const calls = { write: 1, sync: 2 }

/** What a server says and does when its disk answers with errors. Linux alone, with a C compiler. */
export class FaultyDisk {
  /** For a server of its own. */
  readonly birth: Birth
  readonly #orders: number
  readonly #folder: string

  constructor() {
    const folder = mkdtempSync(join(tmpdir(), 'sallyport-disk-'))
    this.#folder = folder
    const library = join(folder, 'broken-disk.so')
    const source = join(import.meta.dirname, 'broken-disk.c')
    execFileSync('cc', ['-shared', '-fPIC', '-O2', '-o', library, source, '-ldl'])
    const orders = join(folder, 'orders')
    writeFileSync(orders, Buffer.alloc(12))
    this.#orders = openSync(orders, 'r+')
    this.birth = { env: { LD_PRELOAD: library, FAULTY_DISK: orders } }
  }

  break({ what, after, error }: Breaking): void {
    this.#order(calls[what], after, constants.errno[error])
  }

  mend(): void {
    this.#order(0, 0, 0)
  }

  remove(): void {
    closeSync(this.#orders)
    rmSync(this.#folder, { recursive: true, force: true })
  }

  #order(...numbers: readonly number[]): void {
    writeSync(this.#orders, new Uint8Array(Int32Array.from(numbers).buffer), 0, 12, 0)
  }
}

const pageBytes = 4096

/** A disk of its own, in memory, on which everything but so much can be taken away. */
export class SmallDisk {
  readonly folder: string

  private constructor(folder: string) {
    this.folder = folder
  }

  /** @returns nothing where one may not mount */
  static mount(mebibytes: number): SmallDisk | undefined {
    const folder = mkdtempSync(join(tmpdir(), 'sallyport-small-'))
    try {
      const options = ['-t', 'tmpfs', '-o', `size=${mebibytes}m`, 'none', folder]
      execFileSync('mount', options, { stdio: 'ignore' })
      return new SmallDisk(folder)
    } catch {
      rmSync(folder, { recursive: true, force: true })
      return undefined
    }
  }

  /** @param pages of 4 KiB, that are left */
  fill(pages: number): void {
    const { bavail, bsize } = statfsSync(this.folder)
    const bytes = bavail * bsize - pages * pageBytes
    if (bytes > 0) writeFileSync(this.#filler, Buffer.alloc(bytes, 1))
  }

  clear(): void {
    rmSync(this.#filler, { force: true })
  }

  get #filler(): string {
    return join(this.folder, 'filler')
  }

  /** Also while somebody still has a file of it open. */
  unmount(): void {
    execFileSync('umount', ['--lazy', this.folder], { stdio: 'ignore' })
    rmSync(this.folder, { recursive: true, force: true })
  }
}
