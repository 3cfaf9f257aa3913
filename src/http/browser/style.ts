/** The look of every page: one sheet, inline, under 5 kB. What a theme changes are CSS variables. */
import { type Accent, type Look, palette, type Theme } from '../../language/theme.ts'
import { Html } from './html.ts'
import { logoAddress } from './logo.ts'

/**
 * @param theme as the files say it: its colours can be read, and its name can stand in a CSS string
 * @param base the issuer's path, without a slash at its end
 */
export function stylesheet(theme?: Look, base = ''): Html {
  return new Html(`${sheet}${theme ? themed(theme, base) : ''}`.replaceAll(/\n\s*/g, ''))
}

/** Of the sign-in pages of applications that have a look of their own, by their ids. */
export function applicationStyles(
  theme: Theme | undefined,
  base: string,
): ReadonlyMap<string, Html> {
  const looks = Object.entries(theme?.applications ?? {})
  return new Map(looks.map(([id, look]) => [id, stylesheet(look, base)]))
}

/** What the theme says otherwise, after what the sheet says. */
function themed(theme: Look, base: string): string {
  const { name, logo, darkLogo, radiusPx, light, dark } = theme
  const alternative = name === undefined ? '""' : `"${name}"`
  const shown = {
    ...(radiusPx !== undefined && { radius: `${radiusPx}px` }),
    ...(name !== undefined && logo === undefined && { brand: alternative }),
    ...(logo !== undefined && {
      brand: `""/${alternative}`,
      logo: `url("${logoAddress(base, 'logo.svg', logo)}")`,
      'logo-height': '2.5rem',
    }),
  }
  const shownInDark = darkLogo && {
    logo: `url("${logoAddress(base, 'logo-dark.svg', darkLogo)}")`,
  }
  return `:root{${variables({ ...coloursOf(light), ...shown })}}
@media (prefers-color-scheme:dark){:root{${variables({ ...coloursOf(dark), ...shownInDark })}}}`
}

function coloursOf({ accent, accentText }: Accent) {
  return { accent, 'on-accent': accentText }
}

function variables(values: Readonly<Record<string, string>>): string {
  return Object.entries(values)
    .map(([name, value]) => `--${name}:${value};`)
    .join('')
}

/** Contrast is at least 4.5:1 for text and 3:1 for borders of controls (WCAG 2.2, 1.4.3 and 1.4.11). */
const sheet = `
:root{
  color-scheme:light dark;
  ${variables(coloursOf(palette.light))}--page:#f4f5f8;--card:${palette.light.card};--text:#1b1d24;--soft:#565b6b;
  --line:#81879a;--hair:#dfe2ea;--error:#b3261e;--error-card:#fdf1f0;--radius:10px;
  --brand:none;--logo:none;--logo-height:auto;
}
@media (prefers-color-scheme:dark){:root{
  ${variables(coloursOf(palette.dark))}--page:#121318;--card:${palette.dark.card};--text:#eceef4;--soft:#aab0c0;
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
  content:var(--brand);display:block;height:var(--logo-height);margin-bottom:1rem;font-weight:600;
  background:var(--logo) left/contain no-repeat;
}
[dir=rtl] main::before{background-position:right}
[dir=rtl] :is([dir=auto],br+code){text-align:right}
h1{font-size:1.4rem;line-height:1.25;margin:0 0 .5rem}
h2{font-size:1.05rem;line-height:1.3;margin:0 0 .75rem}
p{margin:0 0 1rem}
h1,h2,p,label{text-wrap:pretty}
.whole{white-space:nowrap}
.soft,.hint{color:var(--soft)}
.hint{font-size:.875rem;margin:0 0 1rem}
.soft{margin:0}
section{margin-top:1.5rem}
section~section{border-top:1px solid var(--hair);padding-top:1.5rem}
form{margin:0}
label{display:block;font-weight:600;margin-bottom:.5rem}
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
.loud{background:var(--accent);color:var(--on-accent);border-color:var(--accent)}
.way,.actions button{margin-bottom:.6rem}
button+button{margin-top:.6rem}
button+p{margin-top:1.25rem}
.kept:has(+.kept){margin-bottom:.25rem}
.way+.hint{margin-top:-.25rem}
section~.hint,section~noscript .hint{margin-top:1rem}
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
br+code{display:inline-block;text-wrap:balance}
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
