/** Where one benchmark is at work: its files, its way to the servers, and what is to be closed when it is over. */
import { mkdtempSync, rmSync } from 'node:fs'
import { Agent } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export const folder = mkdtempSync(join(tmpdir(), 'sallyport-bench-'))
export const agent = new Agent({ keepAlive: true, timeout: 2_000 })
/** The last is closed first. */
export const closing: (() => unknown)[] = [
  () => rmSync(folder, { recursive: true, force: true }),
  () => agent.destroy(),
]

export async function closeAll(): Promise<void> {
  for (const close of closing.reverse()) await close()
}
