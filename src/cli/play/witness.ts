/** Reads a story out of what `check --json` has printed, or out of a file that holds it alone. */
import type { Story } from '../../checker/story.ts'

export interface Wanted {
  readonly property?: string | undefined
  readonly flow?: string | undefined
}

/** Why a text holds no story that can be read. */
export class NoStory extends Error {}

/** @throws {NoStory} */
export function readWitness(text: string, wanted: Wanted = {}): Story {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new NoStory('it is no JSON; write one with: sallyport check --json')
  }
  const found = storiesIn(value).filter(
    ({ property, story }) =>
      (wanted.property === undefined || property === wanted.property) &&
      (wanted.flow === undefined || story.flow === wanted.flow),
  )
  // Of all flows, what is broken first: a state that can be reached has a story too, and it is no flaw.
  const first = found.find(({ isBroken }) => isBroken) ?? found[0]
  if (!first)
    throw new NoStory('there is no such story in it: nothing is broken, or nothing tells it')
  return checked(first.story)
}

interface Found {
  readonly property: string | undefined
  readonly isBroken: boolean
  readonly story: Story
}

/** A story, a verdict, a report, several reports, or all that a check has printed. */
function storiesIn(value: unknown): Found[] {
  if (Array.isArray(value)) return value.flatMap(storiesIn)
  if (!isObject(value)) return []
  if (Array.isArray(value.moves)) {
    return [{ property: undefined, isBroken: true, story: value as never }]
  }
  if (isObject(value.story)) {
    const property = typeof value.property === 'string' ? value.property : undefined
    const isBroken = value.verdict !== 'holds'
    // By itself it is of no property, and must be asked for by one.
    return !isBroken && property === undefined
      ? []
      : [{ property, isBroken, story: value.story as never }]
  }
  return [...storiesIn(value.verdicts ?? []), ...storiesIn(value.reports ?? [])]
}

function checked(story: Story): Story {
  if (story.version !== 1) {
    throw new NoStory(`it is of version ${String(story.version)}, and this command reads version 1`)
  }
  if (typeof story.flow !== 'string' || !story.moves.every(isMove)) {
    throw new NoStory('a move of it is not one that check --json prints')
  }
  return story
}

function isMove(move: unknown): boolean {
  if (!isObject(move)) return false
  const { kind, state, to, text, facts } = move
  return (
    [kind, state, to, text].every((each) => typeof each === 'string') &&
    Array.isArray(facts) &&
    facts.every((fact: unknown) => isObject(fact) && Array.isArray(fact.oneOf))
  )
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
