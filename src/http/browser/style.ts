/** The look of every page: one sheet, inline, under 4 kB. Colours and logo are CSS variables. */
import { Html } from './html.ts'

/** What an operator can change. Values are CSS; what could end a declaration is refused. */
export interface Theme {
  /** Buttons and links, in light and in dark. At least 4.5:1 against its `onAccent`. */
  readonly accent?: readonly [light: string, dark: string]
  /** Text on the accent. */
  readonly onAccent?: readonly [light: string, dark: string]
  /** A path at this server, or a `data:` address. */
  readonly logo?: string
  /** Of controls and cards, e.g. `0` or `12px`. */
  readonly radius?: string
}

/** @throws {TypeError} for a value that is more than a value */
export function stylesheet(theme: Theme = {}): Html {
  const light = variables({
    accent: theme.accent?.[0],
    'on-accent': theme.onAccent?.[0],
    radius: theme.radius,
    logo: theme.logo && `url("${theme.logo}")`,
    'logo-height': theme.logo && '2.5rem',
  })
  const dark = variables({ accent: theme.accent?.[1], 'on-accent': theme.onAccent?.[1] })
  return new Html(
    `${sheet}:root{${light}}@media (prefers-color-scheme:dark){:root{${dark}}}`.replaceAll(
      /\n\s*/g,
      '',
    ),
  )
}

function variables(values: Readonly<Record<string, string | undefined>>): string {
  return Object.entries(values)
    .filter((entry): entry is [string, string] => Boolean(entry[1]))
    .map(([name, value]) => `--${name}:${cssValue(value)};`)
    .join('')
}

function cssValue(value: string): string {
  if (/[{}<>\\\n]|;(?!base64)/.test(value))
    throw new TypeError('a theme value must be one CSS value')
  return value
}

/** Contrast is at least 4.5:1 for text and 3:1 for borders of controls (WCAG 2.2, 1.4.3 and 1.4.11). */
const sheet = `
:root{
  color-scheme:light dark;
  --accent:#2f4bb8;--on-accent:#fff;--page:#f4f5f8;--card:#fff;--text:#1b1d24;--soft:#565b6b;
  --line:#81879a;--hair:#dfe2ea;--error:#b3261e;--error-card:#fdf1f0;--radius:10px;
  --logo:none;--logo-height:0;
}
@media (prefers-color-scheme:dark){:root{
  --accent:#a9b8ff;--on-accent:#11183a;--page:#121318;--card:#1b1d24;--text:#eceef4;--soft:#aab0c0;
  --line:#868da0;--hair:#32353f;--error:#ffb4ab;--error-card:#321917;
}}
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%}
body{
  margin:0;min-height:100vh;display:grid;place-items:center;padding:1.5rem 1rem;
  background:var(--page);color:var(--text);font:1rem/1.5 system-ui,sans-serif;
}
main{
  width:100%;max-width:25rem;padding:2rem;background:var(--card);overflow-wrap:anywhere;
  border:1px solid var(--hair);border-radius:calc(var(--radius) + 4px);
}
main::before{
  content:"";display:block;height:var(--logo-height);
  background:var(--logo) left/contain no-repeat;
}
h1{font-size:1.4rem;line-height:1.25;margin:0 0 .5rem}
h2{font-size:1.05rem;line-height:1.3;margin:0 0 .75rem}
p{margin:0 0 1rem}
.soft,.hint{color:var(--soft)}
.hint{font-size:.875rem;margin:0 0 1rem}
.soft{margin:0}
section{margin-top:1.5rem}
section~section{border-top:1px solid var(--hair);padding-top:1.5rem}
form{margin:0}
label{display:block;font-weight:600;margin-bottom:.3rem}
.field{margin-bottom:1rem}
input,button,.button{
  width:100%;min-height:2.75rem;padding:.5rem .75rem;font:inherit;border-radius:var(--radius);
}
input{border:1px solid var(--line);background:var(--card);color:inherit}
input[aria-invalid]{border:2px solid var(--error)}
.code{letter-spacing:.2em;font-variant-numeric:tabular-nums}
button,.button{
  border:1px solid var(--accent);background:var(--accent);color:var(--on-accent);
  font-weight:600;cursor:pointer;display:block;text-align:center;text-decoration:none;
}
.quiet,.way{background:var(--card);color:var(--text);border-color:var(--line)}
.way,.actions button{margin-bottom:.6rem}
button+button{margin-top:.6rem}
.way+.hint{margin-top:-.25rem}
.note .button{margin-top:.75rem}
:focus-visible{outline:3px solid var(--accent);outline-offset:2px}
.summary,.note{padding:.75rem 1rem;border-radius:var(--radius);margin:1rem 0}
.summary{border:1px solid var(--error);background:var(--error-card)}
.summary p,.note p{margin:0}
.summary a,.error{color:var(--error)}
.error{font-size:.9rem;margin:0 0 .75rem}
.note{border:1px solid var(--hair)}
.qr{
  display:block;width:13rem;height:13rem;max-width:100%;margin:0 auto 1rem;padding:.5rem;background:#fff;
  border-radius:var(--radius);
}
code{unicode-bidi:plaintext;font:1rem/1.6 ui-monospace,monospace;user-select:all}
nav{display:flex;gap:.75rem;margin-top:1.5rem}
nav form{display:contents}
nav button+button{margin-top:0}
nav button{
  width:auto;background:none;border:0;color:var(--soft);font-weight:400;text-decoration:underline;
  min-height:2.75rem;padding:.25rem 0;
}
a{color:var(--accent)}
a.button{color:var(--on-accent)}
@media (max-width:22rem){main{padding:1.25rem}}
@media (forced-colors:active){input[aria-invalid]{outline:2px solid}}
`
