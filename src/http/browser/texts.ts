/**
 * What people read, by permanent code and by language.
 *
 * A code that has no text of its own takes the text of its last word under `step` (`corp.invalid` reads
 * `step.invalid`): a new step is readable on its first day. A test demands a text of its own for every
 * title and label of the steps there are.
 */
type Catalogue = Readonly<Record<string, string>>

export interface Language {
  /** BCP 47. */
  readonly tag: string
  readonly direction: 'ltr' | 'rtl'
  readonly texts: Catalogue
}

const english: Catalogue = {
  'page.one-moment': 'One moment',
  'page.leaving': 'You are being sent on.',
  'page.continue': 'Continue',
  'page.complete': 'This part is done.',
  'page.continue-to': 'Continue to {application}',
  'page.error': 'Error: {title}',
  'page.refused': 'That did not work',
  'page.support': 'If you ask for help, give this number: {supportId}',
  'page.code': 'Code: {code}',
  'page.restart': 'Start again',
  'page.return': 'Return to the sign-in',
  'page.summary': 'There is a problem',
  'page.for': 'for {application}',
  'page.who': 'You are {who}.',
  'page.back': 'Back',
  'page.cancel': 'Cancel',
  'page.attempt-left': 'One try left.',
  'page.attempts-left': '{count} tries left.',
  'page.troubled': 'This way is not working just now. You can try it again, or take another.',
  'page.away': 'You were sent on and are back before an answer came.',
  'page.other-ways': 'Other ways',

  'step.title': 'Continue',
  'step.submit': 'Continue',
  'step.continue': 'Continue with {title}',
  'step.success': 'That worked.',
  'step.invalid': 'That is not right. Please try again.',
  'step.exhausted': 'There were too many tries.',
  'step.cancelled': 'That was cancelled.',
  'step.denied': 'That was declined.',
  'step.unavailable': 'This way cannot be used here.',
  'step.unknown': 'That is not right. Please try again.',
  'step.blocked': 'This way cannot be used now.',
  'step.disabled': 'This way is switched off.',
  'step.conflict': 'That is already in use.',
  'step.rejected': 'That was not accepted.',
  'step.pending': 'That is still waiting for an answer.',
  'step.error': 'This way is not working just now. Nothing of what you did is lost.',
  'step.timeout': 'That took too long. Please try again.',

  'password.title': 'Sign in with your password',
  'password.submit': 'Sign in',
  'password.username': 'User name',
  'password.password': 'Password',
  'password.invalid': 'That is not right. Please check what you have typed.',

  'totp.title': 'Enter the code of your authenticator app',
  'totp.submit': 'Verify',
  'totp.continue': 'Use an authenticator app',
  'totp.code': 'Six-digit code',
  'totp.invalid': 'That code is not right. Codes change every 30 seconds, and each works once.',

  'enrol-password.title': 'Choose a password',
  'enrol-password.submit': 'Save the password',
  'enrol-password.continue': 'Choose a password',
  'enrol-password.password': 'New password: at least 15 characters; a few words will do',
  'enrol-password.invalid': 'That password will not do. Please choose another.',
  'enrol-password.too-short': 'A password has at least 15 characters here. A few words will do.',
  'enrol-password.too-long': 'A password has at most 512 characters here.',
  'enrol-password.common': 'That is one of the passwords that everybody tries first.',
  'enrol-password.context': 'A password cannot be made of your name, your address or ours.',

  'enrol-totp.title': 'Set up an authenticator app',
  'enrol-totp.submit': 'Verify and save',
  'enrol-totp.continue': 'Set up an authenticator app',
  'enrol-totp.code': 'Six-digit code that the app shows',
  'enrol-totp.invalid': 'That code is not right. Please enter the one that the app shows now.',

  'webauthn.title': 'Use a passkey',
  'webauthn.submit': 'Use a passkey',
  'webauthn.response': 'Passkey',
  'webauthn.invalid': 'That passkey cannot be used here. Please try another way.',

  'enrol-passkey.title': 'Set up a passkey',
  'enrol-passkey.submit': 'Set up a passkey',
  'enrol-passkey.continue': 'Set up a passkey',
  'enrol-passkey.name': 'A name for it, if you like',
  'enrol-passkey.response': 'New passkey',
  'enrol-passkey.invalid': 'That passkey could not be set up. Please try again.',

  'passkey.failed': 'That did not work, or was cancelled. You can try again, or take another way.',
  'passkey.missing': 'Passkeys need a browser that has them, with JavaScript switched on.',

  'consent.title': 'Make an account for you?',
  'consent.decision': 'May an account be made of this?',
  'consent.yes': 'Yes, make my account',
  'consent.no': 'No, thank you',
  'consent.name': 'Name',
  'consent.email': 'E-mail address',
  'consent.username': 'User name',
  'consent.invalid': 'Please say yes or no.',

  'collect.title': 'A few things about you',
  'collect.submit': 'Continue',
  'collect.username': 'User name',
  'collect.name': 'Your name',
  'collect.email': 'E-mail address',
  'collect.invalid': 'Something is missing, or does not look right.',
  'collect.unusable': 'That cannot be a user name here. Please choose another one.',
  'collect.taken': 'Somebody has that user name already. Please choose another one.',

  'federated.title': 'Sign in with {title}',
  'federated.continue': 'Continue with {title}',
  'federated.invalid': 'That sign-in belongs to somebody else.',
  'federated.unavailable': 'That way to sign in is switched off.',

  'remember-device.title': 'Remember this device?',
  'remember-device.decision':
    'May this device be remembered? Next time here, less is asked of you. Say no where others use it too.',
  'remember-device.yes': 'Yes, remember this device',
  'remember-device.no': 'No, not this one',
  'remember-device.invalid': 'Please say yes or no.',
  'end-session.title': 'You are signed in elsewhere',
  'end-session.which': 'These are more sessions than you may have. Which of them may end?',
  'end-session.oldest': 'The oldest',
  'end-session.others': 'All of them',
  'end-session.since': 'Signed in since',
  'end-session.invalid': 'Please say which sessions may end.',
  'sign-out.title': 'Sign out',
  'sign-out.question': 'Do you want to sign out everywhere that this browser is signed in?',
  'sign-out.yes': 'Yes, sign out',
  'sign-out.no': 'No, stay signed in',
  'sign-out.done': 'You are signed out',
  'sign-out.close': 'You can close this page.',
  'provider.refused': 'The application sent a request that cannot be answered.',

  'exhibit.qr.alt': 'QR code to scan with the authenticator app',
  'exhibit.qr.scan': 'Scan this with your authenticator app.',
  'exhibit.qr.type': 'If you cannot scan it, type this key into the app:',
}

const languages: readonly Language[] = [{ tag: 'en', direction: 'ltr', texts: english }]

/**
 * Picks a language for a list of wishes, best first (RFC 4647, section 3.4: `de-CH` falls back to `de`).
 *
 * @returns English where none of them is spoken here
 */
export function pickLanguage(wishes: readonly string[]): Language {
  for (const wish of wishes) {
    for (
      let tag = wish.toLowerCase();
      tag !== '';
      tag = tag.slice(0, Math.max(0, tag.lastIndexOf('-')))
    ) {
      const found = languages.find((language) => language.tag.toLowerCase() === tag)
      if (found) return found
    }
  }
  return languages[0]!
}

/** The text of a code, with `{names}` filled in. */
export function say(
  language: Language,
  code: string,
  values: Readonly<Record<string, string | number>> = {},
): string {
  const text = ownText(language, code) ?? defaultText(language, code)
  return text.replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? ''))
}

/** @returns absence when the code has no text of its own */
export function ownText(language: Language, code: string): string | undefined {
  return Object.hasOwn(language.texts, code) ? language.texts[code] : undefined
}

function defaultText(language: Language, code: string): string {
  const word = code.slice(code.lastIndexOf('.') + 1)
  return ownText(language, `step.${word}`) ?? ownText(language, 'step.title')!
}
