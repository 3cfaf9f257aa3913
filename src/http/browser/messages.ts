/** What has to be said to the person, and beside which field. Pages and the API say the same. */
import type { LoginView, MessageView } from '../../engine/view.ts'
import { type Language, say } from './texts.ts'

/** One message in one language, with the tries that are left. */
export function messageText(message: MessageView, view: LoginView, language: Language): string {
  const option = view.options.find(({ id }) => id === message.option)
  const text = say(language, message.code, { title: option?.title ?? '' })
  const left = message.attemptsLeft
  if (left === undefined) return text
  const code = left === 1 ? 'page.attempt-left' : 'page.attempts-left'
  return `${text} ${say(language, code, { count: left })}`
}

export function errorsOf(view: LoginView): readonly MessageView[] {
  return view.messages.filter(({ level }) => level === 'error')
}

/** The error that an option's form is to show. */
export function errorOf(view: LoginView, option: string): MessageView | undefined {
  return errorsOf(view).find((message) => message.option === option)
}
