/** `plugins.yaml`: code of one's own that a connection or a directory can name. */
import { type Environment, entriesOf, type FieldSpecs, readFields, Values } from './fields.ts'
import type { Findings } from './findings.ts'
import { didYouMean } from './nearest.ts'
import { type PluginKind, pluginKinds } from './plug-in.ts'
import type { ConnectionFile, ExternalDirectory, PluginFile } from './settings.ts'
import type { MapNode } from './tree.ts'

export const pluginFields = {
  title: { kind: 'text', required: true, description: 'what administrators are shown' },
  kind: {
    kind: 'word',
    required: true,
    values: pluginKinds,
    description:
      '`creator`: makes accounts; `assigner`: grants them groups; `verifier`: says whose a ticket is; `users`: keeps the people of a directory',
  },
  module: {
    kind: 'text',
    required: true,
    pattern: /^(?!\/)(?!.*(?:^|\/)\.\.?(?:\/|$))[\w./-]{1,200}\.(?:ts|js|mjs)$/,
    shape: 'a file in this folder, as `plugins/partners.ts`',
    description: 'where it is: what the file exports as its default',
  },
  timeoutMs: {
    kind: 'int',
    min: 100,
    max: 3000,
    default: 2000,
    description: 'milliseconds until it must have answered; 100 to 3000',
  },
} as const satisfies FieldSpecs

export function readPlugins(
  root: MapNode,
  env: Environment,
  findings: Findings,
): readonly PluginFile[] {
  return entriesOf(root, 'plugins', 'plug-in', findings).map(({ id, what, node, place }) => {
    const values = new Values(readFields(node, what, pluginFields, env, findings))
    return {
      id,
      place,
      title: values.text('title'),
      kind: values.text('kind') as PluginKind,
      module: values.text('module'),
      timeoutMs: values.int('timeoutMs') ?? pluginFields.timeoutMs.default,
    }
  })
}

/** Nothing else stands in for a plug-in that is not there. */
export function reportPlugins(
  sources: readonly (ConnectionFile | ExternalDirectory)[],
  plugins: readonly PluginFile[],
  findings: Findings,
): void {
  for (const source of sources) {
    const chosen: Readonly<Partial<Record<PluginKind, string>>> = source
    for (const kind of pluginKinds) {
      const name = chosen[kind]
      const known = plugins.filter((plugin) => plugin.kind === kind).map(({ id }) => id)
      // One that must be said and is not is told of where it is missing.
      if (!name || known.includes(name)) continue
      const message = `\`${source.id}\` has the ${kind} \`${name}\`, and there is none in plugins.yaml`
      findings.report('plugin-unknown', source.place, message, didYouMean(name, known))
    }
  }
}

/** What a connection and a directory say alike. */
export const pluginChoices = {
  creator: {
    kind: 'text',
    description: 'the plug-in that makes accounts of its people; a built-in one unless said',
  },
  assigner: {
    kind: 'text',
    description: 'the plug-in that grants groups to accounts made of its people; none unless said',
  },
} as const satisfies FieldSpecs
