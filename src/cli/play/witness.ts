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
  const [first] = found
  if (!first)
    throw new NoStory('there is no such story in it: nothing is broken, or nothing tells it')
  return checked(first.story)
}

interface Found {
  readonly property: string | undefined
  readonly story: Story
}

/** A story, a verdict, a report, several reports, or all that a check has printed. */
function storiesIn(value: unknown): Found[] {
  if (Array.isArray(value)) return value.flatMap(storiesIn)
  if (!isObject(value)) return []
  if (Array.isArray(value.moves)) return [{ property: undefined, story: value as never }]
  if (isObject(value.story)) {
    const property = typeof value.property === 'string' ? value.property : undefined
    // A state that can be reached has a story too, and it is no flaw: it must be asked for by name.
    return value.verdict === 'holds' && property === undefined
      ? []
      : [{ property, story: value.story as never }]
  }
  const verdicts = Array.isArray(value.verdicts) ? value.verdicts : []
  const broken = verdicts.filter((one) => isObject(one) && one.verdict !== 'holds')
  const held = verdicts.filter((one) => isObject(one) && one.verdict === 'holds')
  return [...storiesIn(broken), ...storiesIn(held), ...storiesIn(value.reports ?? [])]
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
