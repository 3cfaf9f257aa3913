import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type CheerioAPI, load } from 'cheerio'
import fc from 'fast-check'
import { toString as drawQr } from 'qrcode'
import type { LoginView, OptionView } from '../../src/engine/view.ts'
import { html } from '../../src/http/browser/html.ts'
import { stylesheet } from '../../src/http/browser/style.ts'
import { contrast, palette } from '../../src/language/theme.ts'
import { stepTypes } from '../../src/steps/index.ts'
import { cookie, enrol, form, google, password, refuse, totp, viewOf, worldOf } from './world.ts'

async function pageOf(change: Partial<LoginView> = {}) {
  const { send } = worldOf({ view: () => viewOf(change) })
  const { body } = await send('/login/lg_1')
  return { body, $: load(body) }
}

describe('a page', () => {
  it('offers every way of a state, in the order of the flow, forms before buttons', async () => {
    const github = { ...google, id: 'github', title: 'GitHub' }
    const { $ } = await pageOf({ options: [google, password, github] })
    const actions = $('input[name=action]')
      .toArray()
      .map((input) => $(input).val())
    assert.deepEqual(actions, ['password', 'google', 'github'])
    assert.deepEqual(buttons($), [
      'Sign in',
      'Continue with Google',
      'Continue with GitHub',
      'Cancel',
    ])
  })

  it('sends each form to the login with its seq', async () => {
    const { $ } = await pageOf({ options: [password, google, enrol], canGoBack: true })
    assert.equal($('form').length, 4)
    for (const element of $('form').toArray()) {
      assert.deepEqual(
        [$(element).attr('method'), $(element).attr('action')],
        ['post', '/login/lg_1'],
      )
      assert.equal($(element).find('input[name=seq]').val(), '3.tag')
    }
  })

  it('gives the way back only where there is one, and always the way out', async () => {
    assert.deepEqual(buttons((await pageOf({ options: [totp] })).$), ['Verify', 'Cancel'])
    const { $ } = await pageOf({ options: [totp], canGoBack: true })
    assert.deepEqual(buttons($), ['Verify', 'Back', 'Cancel'])
    assert.deepEqual(
      $('nav button')
        .toArray()
        .map((b) => $(b).attr('value')),
      ['back', 'cancel'],
    )
  })

  it('labels each field, and helps to fill it in (WCAG 2.2: 1.3.1, 1.3.5)', async () => {
    const { $ } = await pageOf({ options: [password, totp] })
    for (const input of $('input:not([type=hidden])').toArray()) {
      assert.ok($(`label[for="${$(input).attr('id')}"]`).text())
    }
    assert.equal($('[name=username]').attr('autocomplete'), 'username')
    assert.equal($('[name=password]').attr('type'), 'password')
    assert.equal($('[name=code]').attr('inputmode'), 'numeric')
    assert.equal($('[name=code]').attr('maxlength'), '16')
    assert.ok($('[name=code]').is('[required]'))
    const ids = $('[id]')
      .toArray()
      .map((element) => $(element).attr('id'))
    assert.equal(new Set(ids).size, ids.length)
  })

  it('masks what is typed as a password, and hinders no password manager', async () => {
    const { $, body } = await pageOf({ options: [password] })
    assert.equal($('[name=password]').attr('type'), 'password')
    assert.equal($('[name=password]').attr('autocomplete'), 'current-password')
    assert.ok(Number($('[name=password]').attr('maxlength')) >= 64)
    assert.doesNotMatch(body, /onpaste|autocomplete="off"/)
  })

  it('asks for a code with letters without a number pad', async () => {
    const field = { ...totp.fields[0]!, autocomplete: 'off' }
    const { $ } = await pageOf({ options: [{ ...totp, fields: [field] }] })
    assert.equal($('[name=code]').attr('inputmode'), undefined)
  })

  it('has one title, one main heading, a language, and nothing to read but its own', async () => {
    const { $, body } = await pageOf()
    assert.equal($('title').text(), 'Sign in to Thrift')
    assert.deepEqual([$('h1').length, $('main').length], [1, 1])
    assert.deepEqual([$('html').attr('lang'), $('html').attr('dir')], ['en', 'ltr'])
    assert.doesNotMatch(body, /<script|https?:\/\/|\son\w+=|style="/)
  })

  it('has a title of its own for each step (WCAG 2.2: 2.4.2)', async () => {
    const { $ } = await pageOf({ options: [totp] })
    assert.equal($('title').text(), 'Enter the code of your authenticator app – Sign in to Thrift')
    assert.equal($('h1').text(), 'Sign in to Thrift')
  })

  it('speaks the language that the application asked for, if it can', async () => {
    const { $ } = await pageOf({ uiLocales: ['xx', 'en-GB'] })
    assert.equal($('html').attr('lang'), 'en')
  })

  it('puts the focus on the first field', async () => {
    const { $ } = await pageOf({ options: [google, password, totp] })
    assert.deepEqual(
      $('[autofocus]')
        .toArray()
        .map((e) => $(e).attr('name')),
      ['username'],
    )
  })

  it('says an error in the title, in a summary that leads to the field, and at the field (WCAG 2.2: 3.3.1)', async () => {
    const message = {
      code: 'totp.invalid',
      level: 'error',
      option: 'totp',
      attemptsLeft: 3,
    } as const
    const { $ } = await pageOf({ options: [password, totp], messages: [message] })
    assert.match($('title').text(), /^Error: /)
    const input = $('[name=code]')
    assert.equal($('.summary a').attr('href'), `#${input.attr('id')}`)
    assert.match($('.summary').text(), /not right.*3 tries left/s)
    assert.equal(input.attr('aria-invalid'), 'true')
    assert.match($(`#${input.attr('aria-describedby')}`).text(), /not right/)
    assert.deepEqual(
      $('[autofocus]')
        .toArray()
        .map((e) => $(e).attr('name')),
      ['code'],
    )
    assert.equal($('[name=username]').attr('aria-invalid'), undefined)
  })

  it('says what is only information without an alarm', async () => {
    const message = {
      code: 'step.success',
      level: 'info',
      option: undefined,
      attemptsLeft: undefined,
    } as const
    const { $ } = await pageOf({ messages: [message] })
    assert.deepEqual([$('.note').text(), $('.summary').length], ['That worked.', 0])
  })

  it('says of a way that is in trouble that it is, and leaves it to be tried', async () => {
    const { $ } = await pageOf({ options: [password, { ...google, troubled: true }] })
    const button = $('button.way')
    assert.match($(`#${button.attr('aria-describedby')}`).text(), /not working just now/)
    assert.equal(button.attr('disabled'), undefined)
  })

  it('says who has been proven, to that person', async () => {
    assert.match((await pageOf({ who: 'Jane <J>' })).$('main').text(), /You are Jane <J>\./)
    assert.doesNotMatch((await pageOf()).$('main').text(), /You are/)
  })

  it('names the application where its own title does not, in whatever case', async () => {
    const flow = { name: 'x', title: 'Open your account', digest: '' }
    const named = await pageOf({ flow, application: { id: 'x', title: 'Your account' } })
    assert.equal(named.$('main .soft').length, 0)
    const other = await pageOf({ flow, application: { id: 'x', title: 'Thrift' } })
    assert.equal(other.$('main .soft').text(), 'for Thrift')
  })

  it('shows a QR code as an image, with the key beside it in words', async () => {
    const svg = '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
    const exhibit = { kind: 'qr', uri: 'otpauth://totp/x', svg, secretText: 'ABCD EFGH' } as const
    const { $, body } = await pageOf({ options: [{ ...totp, exhibits: [exhibit] }] })
    assert.match($('img.qr').attr('src')!, /^data:image\/svg\+xml;base64,/)
    assert.ok($('img.qr').attr('alt'))
    assert.equal($('code').text(), 'ABCD EFGH')
    assert.doesNotMatch(body, /<script|<svg/)
  })

  it('is under 30 kB with everything on it', async () => {
    const uri = `otpauth://totp/Thrift:${'jane.with.a.long.name%40thrift.example'}?secret=${'A'.repeat(32)}&issuer=Thrift`
    const svg = await drawQr(uri, { type: 'svg' })
    const exhibits = [{ kind: 'qr', uri, svg, secretText: 'A'.repeat(32) } as const]
    const five = ['google', 'github', 'corp', 'x', 'y'].map((id) => ({ ...google, id }))
    const { body } = await pageOf({ options: [password, { ...totp, exhibits }, ...five] })
    assert.ok(body.length < 30_000, `${body.length} bytes`)
  })

  // A few of the kind collected in the "big list of naughty strings", written for this page.
  const naughty = [
    `"><script>alert(1)</script>`,
    `' autofocus onfocus='alert(1)`,
    '<img src=x onerror=alert(1)>',
    '</title></style><script>alert(1)</script>',
    '&lt;script&gt;',
    '{{7*7}}',
    '\u202Etest\u0000\uFEFF',
  ]
  for (const text of naughty) {
    it(`prints ${JSON.stringify(text)} as text wherever it stands (security 79)`, async () => {
      const option: OptionView = {
        ...password,
        id: text,
        step: text,
        title: text,
        fields: [{ ...password.fields[0]!, name: text, label: text, autocomplete: text }],
        exhibits: [{ kind: 'text', label: text, text }],
      }
      const { $ } = await pageOf({
        flow: { name: text, title: text, digest: text },
        application: { id: text, title: text },
        seq: text,
        who: text,
        options: [option, { ...google, title: text, id: text }],
        messages: [{ code: text, level: 'error', option: text, attemptsLeft: 1 }],
      })
      assert.equal($('script').length, 0)
      assert.equal($('[onfocus],[onerror]').length, 0)
      assert.equal($('img').length, 0)
      assert.equal($('input[name=seq]').first().val(), text.replace('\u0000', '\uFFFD'))
    })
  }

  it('looks the same whether or not an account is known, when the engine says the same (I-36)', async () => {
    const message = {
      code: 'password.invalid',
      level: 'error',
      option: 'password',
      attemptsLeft: 4,
    } as const
    const pages = await Promise.all([
      pageOf({ messages: [message] }),
      pageOf({ messages: [message] }),
    ])
    const [first, second] = pages.map(({ body }) => body.replace(/nonce="[^"]*"/g, ''))
    assert.equal(first, second)
    assert.doesNotMatch(first!, /unknown|no such|not registered|locked/i)
  })

  it('repeats nothing that was typed', async () => {
    const { send } = worldOf({ act: () => refuse('INPUT_INVALID', 'too long') })
    const fields = { seq: '1', action: 'password', username: 'jane-canary', password: 'pw-canary' }
    const { statusCode, body } = await send('/login/lg_1', form(fields))
    assert.equal(statusCode, 422)
    assert.doesNotMatch(body, /canary/)
  })
})

describe('a page of an error', () => {
  it('that was out of date shows the step that is current (409)', async () => {
    const { send } = worldOf({
      act: () => refuse('STEP_NOT_CURRENT', 'x'),
      view: () => viewOf({ options: [totp] }),
    })
    const { statusCode, body } = await send('/login/lg_1', form({ seq: '1', action: 'password' }))
    assert.equal(statusCode, 409)
    const $ = load(body)
    assert.match($('.summary').text(), /out of date/)
    assert.equal($('[name=code]').length, 1)
  })

  it('that is too late offers a fresh login by a POST (410)', async () => {
    for (const expired of [
      { view: () => refuse('LOGIN_EXPIRED', 'x') },
      { act: () => refuse('STEP_NOT_CURRENT', 'x'), view: () => refuse('LOGIN_EXPIRED', 'x') },
    ]) {
      const { send } = worldOf(expired)
      const sent = 'act' in expired ? form({ seq: '1', action: 'totp' }) : {}
      const { statusCode, body } = await send('/login/lg_1', sent)
      assert.equal(statusCode, 410)
      const $ = load(body)
      assert.deepEqual(
        [$('form').attr('method'), $('form').attr('action')],
        ['post', '/login/lg_1/restart'],
      )
    }
  })

  it('that is over says so, and offers nothing (410)', async () => {
    const { send } = worldOf({ provider: () => refuse('LOGIN_OVER', 'x') })
    const { statusCode, body } = await send('/auth/uid')
    assert.equal(statusCode, 410)
    assert.match(body, /already over/)
    assert.equal(load(body)('form').length, 0)
  })

  it('that another click has ended leads to where that went', async () => {
    const redirect = 'http://127.0.0.1:4000/auth/uid'
    const over = { act: () => refuse('LOGIN_OVER', 'x') }
    const { send } = worldOf({ ...over, view: () => viewOf({ status: 'complete', redirect }) })
    const { statusCode, headers } = await send('/login/lg_1', form({ seq: '1', action: 'totp' }))
    assert.deepEqual([statusCode, headers.location], [303, redirect])
  })

  it('that is ours or passes leads back to the login', async () => {
    const { send } = worldOf({ act: () => refuse('BUSY', 'x', { retryAfterSeconds: 2 }) })
    const { statusCode, body, headers } = await send(
      '/login/lg_1',
      form({ seq: '1', action: 'totp' }),
    )
    assert.deepEqual([statusCode, headers['retry-after']], [503, '2'])
    assert.equal(load(body)('a.button').attr('href'), '/login/lg_1')
  })

  it('never asks a store for an id that cannot be one (security 134)', async () => {
    let asked = 0
    const { send } = worldOf({
      view: () => {
        asked += 1
        return viewOf()
      },
    })
    for (const id of [
      '..%2f..%2fetc%2fpasswd',
      '%00',
      '%zz',
      'a'.repeat(129),
      '%3Cscript%3E',
      'a b',
    ]) {
      const { statusCode, body } = await send(`/login/${id}`)
      assert.equal(statusCode, 403, id)
      assert.doesNotMatch(body, /<script>/)
    }
    assert.equal(asked, 0)
  })
})

describe('html', () => {
  it('keeps any text as that text, between tags and in an attribute', () => {
    const plain = fc.string({ unit: 'binary' }).filter((text) => !/[\0\r]|^\n/.test(text))
    fc.assert(
      fc.property(plain, (text) => {
        const $ = load(String(html`<p title="${text}">${text}</p>`))
        assert.deepEqual([$('p').attr('title'), $('p').text()], [text, text])
        assert.equal($('body *').length, 1)
      }),
    )
  })

  it('escapes what is put into it, once', () => {
    const inner = html`<b>${'<&"\'>'}</b>`
    assert.equal(
      String(html`${inner}${[1, 'a&']}${false}${undefined}`),
      '<b>&#60;&#38;&#34;&#39;&#62;</b>1a&#38;',
    )
  })
})

describe('theme', () => {
  it('sets colours, corners, name and logo for light and dark', () => {
    const css = String(
      stylesheet({
        name: 'Thrift',
        logo: '<svg/>',
        darkLogo: '<svg />',
        light: { accent: '#123456', accentText: '#ffffff' },
        dark: { accent: '#abcdef', accentText: '#000000' },
        radiusPx: 0,
      }),
    )
    const [light = '', dark = ''] = css.split('@media').slice(-2).join('').split(':root{').slice(-2)
    assert.match(light, /^--accent:#123456;--on-accent:#ffffff;--radius:0px;--brand:""\/"Thrift";/)
    assert.match(light, /--logo:url\("\/login\/logo\.svg\?[\w-]{12}"\);--logo-height:2\.5rem;/)
    assert.match(
      dark,
      /^--accent:#abcdef;--on-accent:#000000;--logo:url\("\/login\/logo-dark\.svg\?/,
    )
  })

  it('has its logo at this server, for as long as a browser likes, and nothing can come of it', async () => {
    const { light, dark } = palette
    const logo = '<svg xmlns="http://www.w3.org/2000/svg"/>'
    const { send } = worldOf({ settings: { theme: { light, dark, logo } } })
    const { statusCode, headers, body } = await send('/login/logo.svg?x')
    assert.deepEqual([statusCode, headers['content-type'], body], [200, 'image/svg+xml', logo])
    assert.match(String(headers['cache-control']), /immutable/)
    assert.match(String(headers['content-security-policy']), /^default-src 'none'.*sandbox$/)
    assert.equal((await send('/login/logo-dark.svg')).statusCode, 403, 'there is none')
  })

  it('is an application`s own on the pages of its logins, with its logo, and the house`s elsewhere', async () => {
    const { light, dark } = palette
    const [house, own] = ['<svg><g/></svg>', '<svg><path/></svg>']
    const shop = { light, dark, name: 'The shop', logo: own }
    const theme = { light, dark, name: 'The house', logo: house, applications: { shop } }
    const pageFor = async (id: string) => {
      const { send } = worldOf({
        settings: { theme },
        view: () => viewOf({ application: { id, title: id } }),
      })
      const { body } = await send('/login/lg_1', { headers: { cookie } })
      const [, address = ''] = /--logo:url\("([^"]+)"\)/.exec(body) ?? []
      const [, name] = /--brand:""\/"([^"]+)"/.exec(body) ?? []
      return { name, logo: (await send(address)).body }
    }
    assert.deepEqual(await pageFor('shop'), { name: 'The shop', logo: own })
    assert.deepEqual(await pageFor('thrift'), { name: 'The house', logo: house })
  })

  for (const scheme of ['light', 'dark'] as const) {
    it(`has enough contrast in ${scheme} (WCAG 2.2: 1.4.3, 1.4.11)`, () => {
      const [light, dark] = [...String(stylesheet()).matchAll(/:root\{(.*?)\}/g)].map((rule) =>
        Object.fromEntries([...rule[1]!.matchAll(/--([\w-]+):(#\w+)/g)].map((v) => [v[1]!, v[2]!])),
      )
      const colours: Record<string, string> = scheme === 'light' ? light! : { ...light, ...dark }
      const pairs: readonly (readonly [string, string, number])[] = [
        ['text', 'card', 4.5],
        ['text', 'page', 4.5],
        ['text', 'error-card', 4.5],
        ['soft', 'card', 4.5],
        ['accent', 'card', 4.5],
        ['on-accent', 'accent', 4.5],
        ['error', 'card', 4.5],
        ['error', 'error-card', 4.5],
        ['line', 'card', 3],
      ]
      for (const [ink, paper, least] of pairs) {
        const found = contrast(colours[ink]!, colours[paper]!)
        assert.ok(found >= least, `${ink} on ${paper}: ${found.toFixed(2)}`)
      }
    })
  }
})

function buttons($: CheerioAPI): readonly string[] {
  return $('button')
    .toArray()
    .map((button) => $(button).text().trim())
}

describe('an error that no field can mend', () => {
  it('has the focus itself; one that a field can mend leaves it there', async () => {
    const error = { level: 'error', attemptsLeft: undefined } as const
    const messages = [{ ...error, code: 'federated.error', option: 'google' }]
    const { $ } = await pageOf({ messages })
    assert.deepEqual([$('[autofocus]').length, $('.summary').attr('tabindex')], [1, '-1'])
    const mended = await pageOf({
      messages: [{ ...error, code: 'password.invalid', option: 'password' }],
    })
    assert.equal(mended.$('[autofocus]').attr('name'), 'username')
  })
})

describe('a page with more than one thing on it', () => {
  it('names a list of texts once, above the first', async () => {
    const texts = ['AB-12', 'CD-34', 'EF-56'].map(
      (text) => ({ kind: 'text', label: 'enrol-recovery-codes.one', text }) as const,
    )
    const { $ } = await pageOf({ options: [{ ...totp, exhibits: texts }] })
    const said = $('.kept')
      .toArray()
      .map((each) => $(each).text())
    assert.deepEqual(said, ['Recovery codesAB-12', 'CD-34', 'EF-56'])
  })

  it('says once what there is to press, where nothing is filled in, and names the form so', async () => {
    const { fields } = stepTypes.find(({ declaration }) => declaration.type === 'webauthn')!
    const passkey: OptionView = { ...totp, id: 'webauthn', step: 'webauthn', fields }
    const { $ } = await pageOf({ options: [password, passkey] })
    assert.equal($('h2').text(), 'Sign in with your password')
    const names = $('section')
      .toArray()
      .map((each) => $(each).attr('aria-label'))
    assert.deepEqual(names, ['Sign in with your password', 'Use a passkey'])
    assert.deepEqual(buttons($), ['Sign in', 'Use a passkey', 'Cancel'])
  })

  it('does not break its heading within e-mail, and may within a long name', async () => {
    const title = 'Change your e-mail address at Donaudampfschifffahrts-Gesellschaft'
    const { $ } = await pageOf({ flow: { name: 'x', title, digest: '' }, options: [password] })
    assert.equal($('h1').text(), title)
    assert.deepEqual(
      $('h1 .whole')
        .toArray()
        .map((word) => $(word).text()),
      ['e-mail'],
    )
  })

  it('says once what it is for, where its only form says the same', async () => {
    const flow = { name: 'x', title: 'Sign in with your password', digest: '' }
    const { $ } = await pageOf({ flow, options: [password] })
    assert.deepEqual([$('title').text(), $('h1').text()], [flow.title, flow.title])
    assert.equal($('h2').length, 0)
    assert.equal($('section').attr('aria-label'), flow.title)
  })

  it('has one button that stands out: of the first way', async () => {
    const { $ } = await pageOf({ options: [password, { ...totp, id: 'b' }, google] })
    const loud = $('main button:not(.quiet, .way)')
      .toArray()
      .map((each) => $(each).text())
    assert.deepEqual(loud.slice(0, 1), ['Sign in'])
    assert.deepEqual($('section button.quiet').text(), 'Verify')
  })

  it('has none that stands out to leave a question by, beside what is asked for', async () => {
    const { fields } = stepTypes.find(({ declaration }) => declaration.type === 'postpone')!
    const later: OptionView = { ...enrol, id: 'postpone', step: 'postpone', kind: 'form', fields }
    const one = await pageOf({ options: [enrol, later] })
    assert.equal(one.$('button.loud').text(), 'Set up an authenticator app')
    const other = await pageOf({ options: [{ ...totp, step: 'enrol-totp' }, later] })
    assert.equal(other.$('main section button:not(.quiet)').text(), 'Verify and save')
    for (const { $ } of [one, other]) {
      assert.equal($('button.quiet[name=decision]').length, 2)
    }
  })
})
