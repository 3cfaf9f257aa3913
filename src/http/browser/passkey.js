/*
 * Asks the browser for a passkey and sends what it answers with the form (WebAuthn Level 3, section 5.1).
 * Without script, and in a browser without passkeys, nothing of it is offered.
 */
for (const section of document.querySelectorAll('[data-ceremony]')) {
  const { ceremony, options } = section.dataset
  const form = section.querySelector('form')
  const failed = section.querySelector('[data-failed]')
  const isCreating = ceremony === 'create'
  const Credential = window.PublicKeyCredential
  const parse = isCreating
    ? Credential?.parseCreationOptionsFromJSON
    : Credential?.parseRequestOptionsFromJSON
  section.hidden = !parse
  section.nextElementSibling.hidden = Boolean(parse)
  if (!parse) continue

  let waiting = new AbortController()
  const ask = async (mediation) => {
    waiting.abort()
    waiting = new AbortController()
    const publicKey = parse.call(Credential, JSON.parse(options))
    const asked = { publicKey, signal: waiting.signal, ...(mediation && { mediation }) }
    const credential = await navigator.credentials[ceremony](asked)
    form.elements.response.value = JSON.stringify(credential)
    form.submit()
  }
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    failed.hidden = true
    ask().catch(() => {
      failed.hidden = false
    })
  })
  const autofill = document.querySelector('input[autocomplete~="webauthn"]')
  if (!isCreating && autofill && (await Credential.isConditionalMediationAvailable?.())) {
    ask('conditional').catch(() => undefined)
  }
}
