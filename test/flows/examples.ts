/** The example flows, driven by the application Thrift in the place of its own. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

const folder = join(import.meta.dirname, '../../flows/examples')

/** Files of flows that applications name, below `flows/examples`. */
export function exampleNames(): readonly string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => /^flow: (?!shared\/)/m.test(name.endsWith('.yaml') ? textOf(name) : ''))
    .sort()
}

/** The flow alone. */
export function example(file: string): string {
  return textOf(file)
    .replace(/^flow: .*$/m, 'flow: thrift')
    .replace(/^applications: .*$/m, 'applications: [thrift]')
}

/** The flow with what stands beside it: sub-flows under names of their own, and what it asks elsewhere. */
export function exampleFiles(file: string): Readonly<Record<string, string>> {
  const place = dirname(file)
  const sub = join(folder, place, 'shared')
  const shared = existsSync(sub) ? readdirSync(sub) : []
  const beside = ['directories.yaml', 'services.yaml', 'plugins.yaml']
  return {
    'thrift.yaml': apart(example(file)),
    ...Object.fromEntries([
      ...shared.map((name) => [
        apart(`shared/${name}`),
        apart(textOf(join(place, 'shared', name))),
      ]),
      ...beside
        .filter((name) => existsSync(join(folder, place, name)))
        .map((name) => [name, pathsFrom(place, textOf(join(place, name)))]),
    ]),
  }
}

/** A shipped sub-flow may have the same name, and other flows call it. */
function apart(text: string): string {
  return text.replaceAll(/\bshared\//g, 'shared/example-')
}

/** From where the tests are run. */
function pathsFrom(place: string, text: string): string {
  return text.replaceAll(/\bpath: (?=[a-z])/g, `path: flows/examples/${place}/`)
}

function textOf(file: string): string {
  return readFileSync(join(folder, file), 'utf8')
}
