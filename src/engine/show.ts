/** A login as its person may see it. Nothing else of it leaves the engine. */

import type { Claims, Identity } from '../language/facts.ts'
import type { OfferState, Option } from '../language/flow.ts'
import type { ParamSpecs, ParamValues } from '../language/params.ts'
import type { Field } from '../language/step.ts'
import type { Login } from './login.ts'
import { isSwitchedOff } from './offer.ts'
import { methods } from './proofs.ts'
import { seqFor } from './seq.ts'
import { spokenTo } from './spoken-to.ts'
import type { LoginView, MessageView, OptionView } from './view.ts'
import type { World } from './world.ts'

/** @param resumeUrl where the browser goes on when the login has ended */
export async function show(world: World, login: Login, resumeUrl: string): Promise<LoginView> {
  const flow = await world.catalogue.definition(login.digest)
  if (!flow) throw new Error(`the definition of login ${login.id} is gone`)
  const state = flow.definition.states[login.position]
  const { facts } = login
  const ended = login.status !== 'running'
  const offered = (state?.kind === 'offer' ? state.options : []).filter(({ id }) =>
    facts.offered.includes(id),
  )
  const preferred = offered.filter(({ id }) => id === facts.recorded?.['account.preferred'])

  return {
    id: login.id,
    flow: { name: login.flow, title: flow.definition.title, digest: login.digest },
    application: {
      id: login.application,
      title: world.catalogue.application(login.application)?.title ?? login.application,
    },
    seq: seqFor(world.seqKey, login.id, login.revision, login.browserHash),
    expiresAtMs: login.deadlineMs,
    status: ended ? 'complete' : facts.away ? 'awaiting_upstream' : 'awaiting_input',
    state: login.position,
    options: [...preferred, ...offered.filter((option) => !preferred.includes(option))].map(
      (option) => optionView(world, option, login),
    ),
    isPreferredFirst: preferred.length > 0,
    uiLocales: spokenTo(facts),
    canGoBack: !ended && facts.stack.length > 0,
    messages: state?.kind === 'offer' ? messages(state, login) : [],
    amr: methods(facts.proofs),
    who: nameOf(facts.identity),
    ...(facts.remembered === undefined ? {} : { remembered: facts.remembered }),
    redirect: ended ? resumeUrl : facts.away?.url,
    isAnswered: login.status === 'answered',
  }
}

function optionView(world: World, option: Option, login: Login): OptionView {
  const { declaration, fields, show: shows, asks } = world.steps.get(option.step)!
  const { chosen, troubled, identity } = login.facts
  const shown = chosen.find((each) => each.option === option.id)
  const kind = declaration.away ? 'away' : shows && !shown ? 'choose' : 'form'
  const asked = asks?.({
    identity,
    params: option.params as ParamValues<ParamSpecs>,
    kept: shown?.kept,
  })
  const isAsked = ({ name, names }: Field) =>
    !(names && identity.kind !== 'none') && (asked?.includes(name) ?? true)
  return {
    id: option.id,
    step: option.step,
    title: option.connection && world.catalogue.connection(option.connection)?.title,
    kind,
    fields: kind === 'form' ? fields.filter(isAsked) : [],
    ...(declaration.presents && { presents: declaration.presents }),
    exhibits: shown?.exhibits ?? [],
    troubled: troubled.includes(option.id) || isSwitchedOff(world, option),
    isWayIn: (declaration.credential || declaration.handsOn !== undefined) && !declaration.enrols,
  }
}

function messages(state: OfferState, login: Login): MessageView[] {
  const { message } = login.facts
  if (!message) return []
  const left = state.attempts - (login.spent[state.id] ?? 0)
  const counts = message.code.endsWith('.invalid')
  return [
    {
      code: message.code,
      level: 'error',
      option: message.option,
      attemptsLeft: counts ? left : undefined,
    },
  ]
}

function nameOf(identity: Identity): string | undefined {
  return identity.kind === 'none' ? undefined : shownName(identity.claims)
}

function shownName(claims: Claims): string | undefined {
  return claims.name ?? claims.preferredUsername ?? claims.email
}
