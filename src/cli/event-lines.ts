/** The events of a login in words: what happened, when, and why it led where it did. */
import type { DecidedCondition, LoginEvent } from '../engine/login.ts'

/** @param beganMs milliseconds since the Unix epoch; each line says how long after it something happened */
export function eventLines(events: readonly LoginEvent[], beganMs: number): string[] {
  return events.flatMap((event, at) => [
    `${String(at + 1).padStart(3)}. ${after(event.atMs - beganMs)}  ${whatHappened(event)}`,
    ...event.decided.map((one) => `       because ${whatWasDecided(one)}`),
    ...(event.reason === undefined ? [] : [`       ${reasons[event.reason] ?? event.reason}`]),
  ])
}

function whatHappened({ state, option, outcome, to }: LoginEvent): string {
  const isDecision = state.endsWith('?')
  const place = state.replace(/\?$/, '')
  const by = option === undefined ? place : `${place}, ${option}`
  const led = to === place || to === undefined ? '' : ` -> ${to.replace(/\?$/, '')}`
  if (isDecision) return `${place}: ${to === place ? 'is asked' : `is not asked${led}`}`
  if (outcome === 'decided') return `${place}: decides${led}`
  return `${by}: ${outcome}${to === place ? ', stays' : led}`
}

/** Reasons that the engine records itself; any other is the sentence of whoever wrote the flow. */
const reasons: Readonly<Record<string, string | undefined>> = {
  session: 'the session had proven it already',
  'went round': 'the flow goes round without asking anybody anything',
}

function whatWasDecided({ condition, result, inputs }: DecidedCondition): string {
  const said = Object.entries(inputs).map(([name, value]) => `${name} = ${JSON.stringify(value)}`)
  const was = result === 'error' ? 'could not be decided' : `is ${result}`
  return `\`${condition}\` ${was}: ${said.join(', ')}`
}

function after(ms: number): string {
  const seconds = Math.max(0, ms) / 1000
  return `+${seconds.toFixed(1)} s`.padStart(9)
}
