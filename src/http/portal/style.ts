/** What the sheet of every page lacks for our own: room for lists, and a row of links. */
import { Html } from '../browser/html.ts'

export function portalStyle(style: Html): Html {
  return new Html(`${style}${sheet.replaceAll(/\n\s*/g, '')}`)
}

const sheet = `
body{display:block;place-items:normal}
h1{margin-bottom:1rem}
p,.items li>ul{max-width:45rem}
main{max-width:64rem;margin:0 auto}
header{max-width:64rem;margin:0 auto 1rem}
header nav{flex-wrap:wrap;gap:0 1rem;margin:0}
header a{padding:.6rem 0;min-height:2.75rem}
header a:last-child{margin-inline-start:auto}
header a[aria-current]{color:var(--text);font-weight:600;text-decoration:none}
.items{list-style:none;margin:0 0 1rem;padding:0}
.items>li{padding:1rem 0;border-top:1px solid var(--hair)}
.items p{margin:0 0 .25rem}
.row{display:flex;flex-wrap:wrap;gap:.6rem;margin-top:.6rem}
.row button,.row .button{width:auto;margin:0}
table{width:100%;border-collapse:collapse;margin:0 0 1rem}
th,td{text-align:start;vertical-align:top;padding:.5rem .75rem .5rem 0;border-top:1px solid var(--hair)}
select{
  width:100%;min-height:2.75rem;padding:.5rem .75rem;font:inherit;border-radius:var(--radius);
  border:1px solid var(--line);background:var(--card);color:inherit;
}
.soft+form{margin-top:1rem}
form+h2{margin-top:2rem}
dl{margin:0 0 1rem}
dt{color:var(--soft);font-size:.875rem}
dd{margin:0 0 .6rem}
.drawing{
  overflow:auto;margin:0 0 1rem;padding:.5rem;background:#fff;border:1px solid var(--hair);
  border-radius:var(--radius);
}
.drawing img{display:block}
summary{min-height:2.75rem;padding:.6rem 0;cursor:pointer;color:var(--accent)}
.choices{display:grid;grid-template-columns:repeat(auto-fit,minmax(11rem,1fr));gap:0 .75rem}
[role=search]{margin:0 0 1.5rem}
.danger{background:var(--card);color:var(--error);border-color:var(--error)}
@media (min-width:45rem){
  main button,main .button{width:auto;min-width:9rem}
  .row button,.row .button{min-width:0}
  .field,.note,.summary{max-width:30rem}
  .choices .field{max-width:none}
  dl{display:grid;grid-template-columns:14rem 1fr;align-items:baseline;gap:.4rem 1.5rem}
  dt{grid-column:1}
  dd{grid-column:2;margin:0}
}
`
