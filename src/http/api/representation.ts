/**
 * A login as JSON. Whatever a page can show or do is in it, so that a program that knows no step can
 * drive any flow.
 */
import type { LoginView, MessageView, OptionView } from '../../engine/view.ts'
import { messageText } from '../browser/messages.ts'
import { buttonText, optionTitle } from '../browser/option.ts'
import { ceremonyOf } from '../browser/passkey.ts'
import { type Language, say } from '../browser/texts.ts'
import { addressOf, type Settings } from '../settings.ts'
import { hintsFor, inputSchema } from './schema.ts'

export interface Rendering {
  readonly settings: Settings
  readonly language: Language
}

/** What cannot be said yet, or no more, is absent. */
export function representationOf(view: LoginView, rendering: Rendering) {
  const { id, flow, application, seq, status, expiresAtMs, amr, who, redirect } = view
  const isOpen = status !== 'complete'
  return {
    id,
    flow,
    application,
    seq,
    expiresAt: new Date(expiresAtMs).toISOString(),
    status,
    ...(isOpen && { step: stepOf(view, rendering) }),
    actions: isOpen ? actionsOf(view, rendering) : [],
    messages: view.messages.map((message) => messageOf(message, view, rendering)),
    facts: { amr, ...(who !== undefined && { who }) },
    ...(redirect !== undefined && { redirect }),
  }
}

/** Where a login is found. */
export function loginAddress(settings: Settings, id: string): string {
  return addressOf(settings, `/flow-api/logins/${id}`)
}

/** `type` is the one step that is offered; where there is a choice, each action says its own. */
function stepOf({ state, options, flow }: LoginView, { language }: Rendering) {
  const only = options.length === 1 ? options[0] : undefined
  if (!only) return { id: state, title: { text: flow.title } }
  const title = { code: `${only.step}.title`, text: optionTitle(only, language) }
  return { id: state, type: only.step, title }
}

function actionsOf(view: LoginView, rendering: Rendering) {
  const offered = view.options.map((option) => actionOf(option, view, rendering))
  const ways = view.canGoBack ? ['back', 'cancel'] : ['cancel']
  return [...offered, ...ways.map((name) => plainAction(name, view, rendering))]
}

function actionOf(option: OptionView, view: LoginView, rendering: Rendering) {
  const { id, step, kind, fields, presents, troubled } = option
  const webauthn = ceremonyOf(option)
  const exhibits = option.exhibits.filter((exhibit) => exhibit !== webauthn)
  const { language } = rendering
  return {
    ...link(id, view, rendering),
    type: step,
    kind,
    title:
      kind === 'form'
        ? { code: `${step}.title`, text: optionTitle(option, language) }
        : { code: `${step}.continue`, text: buttonText(option, language) },
    input: inputSchema(fields, language),
    hints: hintsFor(fields),
    ...(presents && { presents }),
    ...(exhibits.length > 0 && {
      exhibits: exhibits.map((exhibit) =>
        exhibit.kind === 'note' ? { ...exhibit, text: say(language, exhibit.code) } : exhibit,
      ),
    }),
    ...(webauthn && {
      webauthn: { ceremony: webauthn.ceremony, options: webauthn.options },
    }),
    ...(troubled && { troubled }),
  }
}

function plainAction(name: string, view: LoginView, rendering: Rendering) {
  const code = `page.${name}`
  return {
    ...link(name, view, rendering),
    title: { code, text: say(rendering.language, code) },
    input: inputSchema([], rendering.language),
  }
}

function link(name: string, view: LoginView, { settings }: Rendering) {
  const href = `${loginAddress(settings, view.id)}/actions/${encodeURIComponent(name)}`
  return { name, method: 'POST', href }
}

/** `field` where there is only one that it can be about. */
function messageOf(message: MessageView, view: LoginView, { language }: Rendering) {
  const { code, level, option: action, attemptsLeft } = message
  const fields = view.options.find(({ id }) => id === action)?.fields ?? []
  return {
    code,
    level,
    text: messageText(message, view, language),
    ...(action !== undefined && { action }),
    ...(fields.length === 1 && { field: fields[0]!.name }),
    ...(attemptsLeft !== undefined && { attemptsLeft }),
  }
}
