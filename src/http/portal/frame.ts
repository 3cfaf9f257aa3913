/** The frame of our own pages: where one can go, what was done just now, what has to be mended, and the page. */
import { type Html, html } from '../browser/html.ts'
import type { Page } from '../browser/page.ts'
import { type Language, say } from '../browser/texts.ts'
import { addressOf, type Settings } from '../settings.ts'

export interface PortalPage {
  readonly title: string
  readonly content: Html
  /** What was refused, and why; said above everything else. */
  readonly error?: string
  /** HTTP. Absent: 200, with an error 422. */
  readonly status?: number
}

/** A page that one can always go to. */
export interface Section {
  /** Below the issuer. */
  readonly path: string
  /** A code of the catalogues. */
  readonly label: string
}

export interface Setting {
  readonly settings: Settings
  readonly language: Language
  readonly sections: readonly Section[]
  /** Where the page stands, below the issuer. */
  readonly path: string
  /** What was done just now; absent: nothing. */
  readonly notice: string | undefined
}

export function framed({ title, content, error }: PortalPage, setting: Setting): Page {
  const { language, notice } = setting
  return {
    language,
    title: error === undefined ? title : say(language, 'page.error', { title }),
    heading: title,
    header: headerHtml(setting),
    content: html`${
      error !== undefined &&
      html`<div class="summary" role="alert" tabindex="-1" autofocus>
<p><strong>${say(language, 'page.summary')}</strong></p>
<p>${error}</p>
</div>`
    }
${notice !== undefined && html`<div class="note" role="status"><p>${notice}</p></div>`}
${content}`,
  }
}

function headerHtml({ settings, language, sections, path }: Setting): Html {
  const current = sections
    .filter((section) => path === section.path || path.startsWith(`${section.path}/`))
    .toSorted((one, other) => other.path.length - one.path.length)[0]
  return html`<header>
<nav aria-label="${say(language, 'portal.pages')}">
${sections.map(
  (section) =>
    html`<a href="${addressOf(settings, section.path)}"${
      section === current && html` aria-current="page"`
    }>${say(language, section.label)}</a>
`,
)}
<a href="${addressOf(settings, '/session/end')}">${say(language, 'sign-out.title')}</a>
</nav>
</header>`
}
