/** Who somebody is here: what they say themselves can be changed, what a connection says is shown with its name. */

import { type Html, html } from '../../browser/html.ts'
import { type Language, languages, ownText, say } from '../../browser/texts.ts'
import { isRefusal } from '../../errors.ts'
import type { PortalPage } from '../../portal/frame.ts'
import type { Onward } from '../../portal/portal.ts'
import { addressOf } from '../../settings.ts'
import {
  changeProfile,
  editable,
  isText,
  type ProfileAttribute,
  profileOf,
  valueMax,
} from '../profile.ts'
import type { OwnVisit } from './own.ts'
import { additionsHtml } from './ways.ts'

export function profilePage(visit: OwnVisit): PortalPage {
  return pageWith(visit, {})
}

/** An empty field takes the attribute away; one that is as it was is not touched. */
export async function saveProfile(
  visit: OwnVisit,
  form: Readonly<Record<string, string>>,
): Promise<PortalPage | Onward> {
  const { language, user, holder, administration, now } = visit
  const before = profileOf(user)
  const changed = editable.flatMap((name): [string, string | null][] => {
    const text = form[name]?.trim()
    if (text === undefined || text === textOf(before[name])) return []
    return [[name, text === '' ? null : text]]
  })
  if (changed.length === 0) return '/account?said=account.saved'
  if (!changed.every(([, value]) => value === null || isText(value))) {
    return { ...pageWith(visit, form), error: say(language, 'account.unfit', { count: valueMax }) }
  }
  try {
    await changeProfile(administration, holder, user.id, Object.fromEntries(changed), now())
  } catch (thrown) {
    if (!isRefusal(thrown, 'ATTRIBUTE_OWNED')) throw thrown
    return { ...pageWith(visit, {}), status: 409, error: say(language, 'error.ATTRIBUTE_OWNED') }
  }
  return '/account?said=account.saved'
}

/** @param typed what stands in the fields instead of what is on file */
function pageWith(visit: OwnVisit, typed: Readonly<Record<string, string>>): PortalPage {
  const { language, user, settings, token } = visit
  const profile = profileOf(user)
  const isTheirs = (name: string) => profile[name] !== undefined && profile[name].owner !== 'local'
  const shown = Object.entries(profile).filter(
    ([name]) => isTheirs(name) || !editable.includes(name),
  )
  return {
    title: say(language, 'account.profile'),
    content: html`<p class="soft">${say(language, 'account.user-name', { name: user.userName })}</p>
${
  shown.length > 0 &&
  html`<dl>${shown.map(([name, attribute]) => shownHtml(visit, name, attribute))}</dl>`
}
<form method="post" action="${addressOf(settings, '/account/profile')}">
${token}
${editable
  .filter((name) => !isTheirs(name))
  .map((name) => fieldHtml(language, name, typed[name] ?? textOf(profile[name])))}
<button>${say(language, 'account.save')}</button>
</form>
${additionsHtml(visit, '/account')}`,
  }
}

function shownHtml(visit: OwnVisit, name: string, attribute: ProfileAttribute): Html {
  const { language, connections } = visit
  const { owner } = attribute
  const title = connections.find(({ id }) => id === owner)?.title ?? owner
  const from =
    owner === 'local'
      ? say(language, 'account.kept-here')
      : say(language, 'account.from', { title })
  return html`<dt>${labelOf(language, name)}</dt>
<dd dir="auto">${textOf(attribute)}</dd>
<dd class="hint">${from}</dd>
`
}

function fieldHtml(language: Language, name: string, value: string): Html {
  const id = `f-${name.replace('.', '-')}`
  if (name === spoken) return spokenHtml(language, id, value)
  return html`<div class="field">
<label for="${id}">${labelOf(language, name)}</label>
<input id="${id}" name="${name}" value="${value}" maxlength="${valueMax}" dir="auto" \
autocomplete="${autocompletes[name] ?? 'off'}">
</div>
`
}

const spoken = 'other.locale'

/** Each by its own name; what somebody has written there that no page speaks stays until they choose. */
function spokenHtml(language: Language, id: string, value: string): Html {
  const tags = [...new Set([...languages.map(({ tag }) => tag), ...(value === '' ? [] : [value])])]
  return html`<div class="field">
<label for="${id}">${labelOf(language, spoken)}</label>
<select id="${id}" name="${spoken}" autocomplete="language">
<option value="">${say(language, 'account.as-browser')}</option>
${tags.map(
  (tag) =>
    html`<option value="${tag}" lang="${tag}"${tag === value && html` selected`}>${nameOf(tag)}</option>
`,
)}</select>
</div>
`
}

/** What was written there may be no tag at all. */
function nameOf(tag: string): string {
  if (!languages.some((language) => language.tag === tag)) return tag
  return new Intl.DisplayNames([tag], { type: 'language' }).of(tag) ?? tag
}

/** HTML, section 4.10.18.7: what a browser may fill in. */
const autocompletes: Readonly<Record<string, string>> = {
  name: 'name',
  'other.given_name': 'given-name',
  'other.middle_name': 'additional-name',
  'other.family_name': 'family-name',
  'other.nickname': 'nickname',
  'other.website': 'url',
  'other.picture': 'photo',
  'other.gender': 'sex',
}

/** A claim that has no words of its own is called by its name. */
export function labelOf(language: Language, name: string): string {
  const claim = name.replace('other.', '')
  return ownText(language, `account.claim.${claim}`) ?? claim
}

function textOf(attribute: ProfileAttribute | undefined): string {
  const value = attribute?.value
  if (value === undefined) return ''
  return typeof value === 'string' ? value : JSON.stringify(value)
}
