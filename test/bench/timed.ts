/** A command, with the time that the operating system says was its own. */
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** @param line for the shell; what it writes on standard error is not told */
export async function timed(
  line: string,
  cwd: string,
): Promise<{ readonly stdout: string; readonly ownMs: number }> {
  const script = `TIMEFORMAT='%U %S'; time ${line} 2>/dev/null`
  const { stdout, stderr } = await run('bash', ['-c', script], { cwd })
  const [user = 0, system = 0] = stderr.trim().split(' ').map(Number)
  return { stdout, ownMs: (user + system) * 1000 }
}
