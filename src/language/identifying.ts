/** Attributes by which `link` may find an account: who is believed in them, and whether a flow names one that is. */
import type { Findings } from './findings.ts'
import type { FlowDefinition, Option } from './flow.ts'
import { didYouMean } from './nearest.ts'
import type { StepSpec } from './parse-scope.ts'
import { selfAsserted } from './self-asserted.ts'
import type { ConnectionFile } from './settings.ts'
import type { Entry } from './tree.ts'

/** The address is matched where it is verified, whatever the connection is believed in. */
export const matchedAddress = 'email'

/**
 * @param names what a connection is believed in
 * @param attributes what it makes
 */
export function checkIdentifying(
  { place }: Pick<Entry, 'place'>,
  names: readonly string[],
  attributes: ConnectionFile['attributes'],
  findings: Findings,
): void {
  for (const name of names) {
    const made = Object.hasOwn(attributes, name) ? attributes[name] : undefined
    if (made && ['text', 'int'].includes(made.type) && isForOthersToSay(name)) continue
    const message = `\`${name}\` is nothing that somebody can be found by`
    const hint = made
      ? 'take an attribute of one text or number that people do not write of themselves'
      : didYouMean(name, Object.keys(attributes).filter(isForOthersToSay))
    findings.report('value-invalid', place, message, hint)
  }
}

function isForOthersToSay(name: string): boolean {
  const standard = [matchedAddress, 'emailVerified', 'preferredUsername', 'groups']
  return ![...standard, ...selfAsserted].some((each) => each === name || each === `other.${name}`)
}

/** A rule by an attribute that no connection is believed in finds nobody: it is a mistake. */
export function reportUnmatchable(
  flows: readonly FlowDefinition[],
  steps: readonly StepSpec[],
  connections: readonly ConnectionFile[],
  findings: Findings,
): void {
  const known = [matchedAddress, ...connections.flatMap(({ identifies = [] }) => identifies)]
  for (const { states } of flows) {
    for (const state of Object.values(states)) {
      if (state.kind !== 'run') continue
      for (const name of matchedBy(state.option, steps)) {
        if (known.includes(name)) continue
        const message = `no connection is believed in \`${name}\``
        const hint = `say \`identifies: [${name}]\` of a connection that is; ${didYouMean(name, known)}`
        findings.report('value-invalid', state.option.place, message, hint)
      }
    }
  }
}

function matchedBy({ step, params }: Option, steps: readonly StepSpec[]): readonly string[] {
  const specs = steps.find(({ declaration }) => declaration.type === step)?.params ?? {}
  return Object.entries(specs).flatMap(([key, spec]) => {
    if (spec.kind !== 'rules' || !spec.matches) return []
    const rules = params[key] as readonly { readonly gives: readonly string[] }[]
    return rules.flatMap(({ gives }) => gives)
  })
}
