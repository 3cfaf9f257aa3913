/** A folder with as many flows as one likes: the shipped ones, again and again under other names. */
import { cpSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'

const shipped = resolve(import.meta.dirname, '../../flows')

/** @param folder empty or not there. @returns how many flows stand in it: `many`, or the shipped ones if they are more */
export function writeFlows(folder: string, many: number): number {
  const settings = readdirSync(shipped).filter((name) => /^\w+s\.yaml$/.test(name))
  for (const name of [...settings, 'shared']) {
    cpSync(join(shipped, name), join(folder, name), { recursive: true })
  }
  const names = readdirSync(shipped).filter((name) => /^[\w-]+\.yaml$/.test(name))
  const flows = names.filter((name) => !settings.includes(name))
  for (const name of flows) cpSync(join(shipped, name), join(folder, name))
  const applications: string[] = []
  let written = flows.length
  for (let copy = 1; written < many; copy++) {
    for (const name of flows.slice(0, many - written)) {
      const [stem, own] = [name.replace('.yaml', ''), `copy-${written++}`]
      const text = readFileSync(join(shipped, name), 'utf8')
        .replace(/^flow: .*$/m, `flow: ${own}`)
        .replace(/^applications: .*$/m, `applications: [${own}]`)
      writeFileSync(join(folder, `${own}.yaml`), text)
      applications.push(
        `  ${own}:`,
        `    title: Copy ${copy} of ${stem}`,
        `    flow: ${own}`,
        `    redirectUris: ['http://localhost:3001/${own}']`,
        '    auth: none',
        '    release: [sub]',
      )
    }
  }
  const own = readFileSync(join(folder, 'applications.yaml'), 'utf8')
  writeFileSync(join(folder, 'applications.yaml'), `${own}\n${applications.join('\n')}\n`)
  return written
}
