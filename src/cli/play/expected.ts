/** What a server that goes along with a story records of it, and how what it has recorded differs. */
import type { StoryMove } from '../../checker/story.ts'
import type { LoginEvent } from '../../engine/login.ts'

export interface Expected {
  /** Index of the move. */
  readonly move: number
  readonly state: string
  readonly option: string | undefined
  readonly outcome: string
  readonly caseIndex: number | undefined
  /** Absent: wherever it leads. The last move of a finding is told where it is made, not where it leads. */
  readonly to: string | undefined
  readonly session: boolean
  /** A condition after it is to fail. */
  readonly failed: boolean
}

/** Wrong answers that stay where they are are left out: the last one of them leads on. */
export function expectedOf(moves: readonly StoryMove[]): Expected[] {
  const told = moves.flatMap((move, index) => {
    const outcome = outcomeOf(move)
    return outcome === undefined ? [] : [{ move, index, outcome }]
  })
  return told.map(({ move, index, outcome }, at) => {
    const isLast = at === told.length - 1
    const { option, case: caseIndex, state, kind, to } = move
    return {
      move: index,
      state,
      option: kind === 'session' || kind === 'none-left' ? undefined : option,
      outcome,
      caseIndex: kind === 'fault' || failures.has(outcome) ? undefined : caseIndex,
      to: isLast && to === state ? undefined : to,
      session: kind === 'session',
      failed: move.failed ?? false,
    }
  })
}

/** A step that fails ends in no case of its own. */
const failures: ReadonlySet<string> = new Set(['error', 'timeout'])

function outcomeOf({ kind, outcome }: StoryMove): string | undefined {
  switch (kind) {
    case 'answer':
    case 'run':
    case 'fault':
    case 'session':
      return outcome
    case 'wrong':
      return 'exhausted'
    case 'none-left':
      return 'unavailable'
    case 'around':
      // An offer without a way around is entered without a decision.
      return 'decided'
    case 'decided':
      return 'decided'
    case 'back':
      return 'back'
    case 'cancel':
      return 'cancelled'
    default:
      return undefined
  }
}

/** Events that lead on: what stays where it is says only that an attempt is spent, or nothing at all. */
export function leading(events: readonly LoginEvent[]): LoginEvent[] {
  return events.filter(({ state, to, outcome }) => state !== to || !staying.has(outcome))
}

const staying: ReadonlySet<string> = new Set([
  'invalid',
  'unknown',
  'blocked',
  'unavailable',
  'error',
  'timeout',
])

export type Difference =
  | { readonly kind: 'elsewhere'; readonly text: string }
  /** The world of the story could not be made: what was to happen did not. */
  | { readonly kind: 'not-made'; readonly text: string }

/** @returns absence: it is what was expected */
export function differenceOf(want: Expected, got: LoginEvent | undefined): Difference | undefined {
  if (!got) return { kind: 'elsewhere', text: `the login rests before ${nameOf(want)}` }
  if (plain(got.state) !== want.state) {
    return { kind: 'elsewhere', text: `it is at ${plain(got.state)}, not at ${want.state}` }
  }
  const ended = `${want.state} has ended with ${keyOf(got)}, not with ${keyOf(want)}`
  if (got.outcome !== want.outcome || (want.option && got.option !== want.option)) {
    const ofFlow = ['unavailable', 'decided', 'exhausted'].includes(want.outcome) || want.session
    return { kind: ofFlow ? 'elsewhere' : 'not-made', text: ended }
  }
  if (want.session !== (got.reason === 'session')) return { kind: 'elsewhere', text: ended }
  if (want.caseIndex !== undefined && got.caseIndex !== want.caseIndex) {
    const text = `${ended}, in the way number ${(got.caseIndex ?? 0) + 1}`
    return { kind: 'not-made', text }
  }
  if (want.failed && !got.decided.some(({ result }) => result === 'error')) {
    return { kind: 'not-made', text: `no condition fails after ${nameOf(want)}` }
  }
  if (want.to === undefined || isPlace(want.to, got.to)) return undefined
  return { kind: 'elsewhere', text: `${nameOf(want)} leads to ${plain(got.to ?? 'an end')}` }
}

/** What the engine makes of an end is told by the end, not by where it stands. */
function isPlace(want: string, got: string | undefined): boolean {
  return want === plain(got ?? '') || specials.has(want)
}

/** Names of ends that no file writes. */
export const specials: ReadonlySet<string> = new Set([
  'unmet_authentication_requirements',
  'account not active',
  'expired',
  'nowhere',
])

function nameOf(want: Expected): string {
  return `${want.state}, ${keyOf(want)}`
}

function keyOf({ option, outcome }: Pick<Expected, 'option' | 'outcome'>): string {
  return option === undefined ? outcome : `${option}.${outcome}`
}

function plain(position: string): string {
  return position.replace(/\?$/, '')
}
