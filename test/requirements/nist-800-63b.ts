/** NIST SP 800-63B-4 (2025): what a verifier has to do (SHALL), by section. */
import { by, operations, promised, type Table, threats } from './row.ts'

const encrypted = {
  operator: 'People reach the server by TLS alone, which ends at the proxy in front.',
}
const throttled = [
  promised('claims', 'are counted one by one over all logins at once (I-23, security 87)'),
  by('flows/codes-security', 'security 90: every step that takes what can be guessed'),
]
const agencies = {
  why: 'It is asked of the organisation that issues credentials, not of the program.',
}

export const nist80063b: Table = {
  // AAL1: approved cryptography, a protected channel, an overall timeout.
  '2.1.2': encrypted,
  '2.1.3': [
    by('flows/session', 'what it has proven is good for 14 days, however often it is used'),
    operations('Sessions and tokens'),
  ],
  // AAL2: two factors, one of them possessed and safe from replay, and one way that no page can phish.
  '2.2.1': [
    by('engine/proofs', 'are kinds over different credentials'),
    by('flows/step-up', 'security 112: whichever way in is chosen'),
  ],
  '2.2.2': [
    by('steps/totp', 'refuses the same code again (security 91)'),
    by('steps/webauthn', 'proves a factor that no page can phish'),
    { except: 'Whether a flow offers a passkey is for its author; `thrift` does.' },
  ],
  '2.2.3': [
    by('flows/session', 'W-26: a factor with a maxAge is asked anew once its proof is older'),
    operations('Sessions and tokens'),
    {
      except:
        'The 24 hours and the hour that it recommends have to be written in a flow or asked for by `max_age`.',
    },
  ],
  '2.3': {
    why: 'Level 3 asks for hardware that is attested, and passkeys are taken here without attestation.',
  },
  '2.4': agencies,

  '3.1.1.1': [
    by('steps/password', 'refuses …, which everybody tries'),
    by('steps/password', 'allows far more than 64 characters of any kind, and asks for no kind'),
  ],
  '3.1.1.2': [
    by('steps/password', 'asks for fifteen characters alone and eight with a second factor'),
    by('steps/password', 'counts characters, not bytes or halves of them'),
    by('steps/password', 'tells passwords of … characters apart by the last (security 99)'),
    by('steps/password', 'refuses …, which everybody tries'),
    by('steps/enrol-password', 'does not take … (NIST SP 800-63B-4, 3.1.1.2)'),
    by('steps/password', "is argon2id at OWASP's first choice of cost"),
    by('http/pages', 'masks what is typed as a password, and hinders no password manager'),
    ...throttled,
    {
      except:
        'Composed and decomposed characters are one by NFC rather than NFKC, and nothing forces a new password but an administrator.',
    },
  ],
  '3.1.2.1': [by('steps/recovery-code', 'has ten codes of 80 bits, no two alike')],
  '3.1.2.2': [
    by('steps/recovery-code', 'keeps none of them as it is'),
    by('steps/recovery-code', 'takes none a second time, and the others still (I-22)'),
    by(
      'steps/recovery-code',
      'is not there for whoever has none, and counted by account and factor',
    ),
  ],
  // Out of band: by text message; mail is none, and proves no possession here.
  '3.1.3.1': [
    by('steps/otp', 'sends six digits to the account, and proves knowledge by them'),
    by('steps/sms', 'has a code sent to the account by text message, and proves possession'),
  ],
  '3.1.3.2': [
    by('steps/sms', 'takes no other code, and none that is late'),
    by('steps/otp', 'takes it in the login that it was made for alone'),
    by('flows/recover', 'takes no code of another login, and none twice (I-22)'),
    by('flows/text-message', 'security 87: is guessed at no more than the account allows'),
  ],
  '3.1.3.3': [
    by('cli/user', 'adds a telephone number that whoever adds the person vouches for'),
    {
      except:
        'That another kind of factor can be had by everybody is for the flow, whose author the checker tells who is left without.',
    },
  ],
  '3.1.4.1': [by('steps/enrol-totp', 'shows a new secret of 160 bits')],
  '3.1.4.2': [
    by('steps/totp', 'refuses the same code again (security 91)'),
    by('flows/secrets', 'I-42: what is kept of a secret is sealed'),
    ...throttled,
  ],
  '3.1.5': [
    by('steps/totp', 'is taken in its window and in no other'),
    {
      except: 'What opens the app itself is not seen from here, so that each counts as one factor.',
    },
  ],
  '3.1.6.2': [
    by(
      'steps/webauthn',
      'asks anybody for a passkey that names its account, with a challenge of 256 bits',
    ),
    by('flows/passkeys', 'security 102: a challenge is good for one answer, in one login'),
  ],
  '3.1.7': [
    by(
      'steps/webauthn',
      'tells a device that has verified nobody from one that has (security 107)',
    ),
  ],

  '3.2.1': [
    by('flows/account-pages', 'is asked for with all that the account can give'),
    by('http/admin', 'lose a factor or an association, but never the last way in'),
  ],
  '3.2.2': [
    ...throttled,
    by('flows/limits', 'security 125: has no more guesses for a browser'),
    by('flows/limits', 'security 125: signs in where the account knows the browser'),
    {
      except:
        'No total of 100 wrong answers ends a factor, because anybody could take it from anybody by that: 5 in 15 minutes bound them for ever, and as many again from browsers that the account knows.',
    },
  ],
  '3.2.3': { why: 'Fingers and faces are compared by the device of the person alone.' },
  '3.2.4': { why: 'No attestation is asked for or believed.' },
  '3.2.5': [
    by('steps/verify-certificate', 'says what it proves: a key, which nobody can be talked into'),
    by('steps/webauthn', '…: is refused for any other party or challenge (security 104)'),
    by('steps/webauthn', 'proves a factor that no page can phish'),
  ],
  '3.2.6': { why: 'Verifier and accounts are one program.' },
  '3.2.7': [
    by('steps/totp', 'refuses the same code again (security 91)'),
    by('flows/passkeys', 'security 102: a challenge is good for one answer, in one login'),
  ],
  '3.2.8': [by('steps/webauthn', 'asks anybody for a passkey that names its account')],
  '3.2.9': [threats('Ways in')],
  '3.2.10': { why: 'What opens a device or an app is not sent to us.' },
  '3.2.11': { why: 'How a key is joined to a device is for its makers.' },
  '3.2.12': [by('tidy', 'takes chance from the system alone')],
  '3.2.13': {
    why: 'Whether a key can be taken out of a device is known by attestation alone, which is not asked for.',
  },

  '4.1': [
    by('flows/audit', 'security 146: has each success, failure, lock, link and grant once'),
    by('flows/account-pages', 'scenario 15: jane signs in by her flow, sees what is on file'),
    by(
      'steps/webauthn',
      'tells a device that has verified nobody from one that has (security 107)',
    ),
  ],
  '4.1.2.1': [
    by('flows/passkeys', 'I-30: a stolen password adds no passkey beside an authenticator app'),
    by('flows/notices', 'is told its owner by mail, each with its time'),
    by('steps/enrol-upstream', 'associates whoever has come back with the account'),
    by('steps/enrol-passkey', 'puts the passkey on file'),
  ],
  '4.1.2.2': { why: 'No factor of another device is bound by a code.' },
  '4.1.3': [
    by('flows/passkeys', 'I-30: a stolen password adds no passkey beside an authenticator app'),
    by(
      'steps/webauthn',
      'proves a factor that no page can phish, and one that the device has not verified as less',
    ),
  ],
  '4.2.1': [
    by('steps/recovery-code', 'takes none a second time, and the others still (I-22)'),
    by('flows/recover', 'takes no code that is late'),
    {
      except:
        'A recovery code that was used is not replaced by itself, since there are ten; an account has one address.',
    },
  ],
  '4.2.2': [
    by(
      'flows/recover',
      'is replaced by a code from the mailbox and the second factor that there is',
    ),
    by('checker/routes', 'security 121: that asks for less than the first is refused'),
  ],
  '4.2.3': [
    by('flows/password', 'ends the other sessions, and tells the address of the account'),
    by('flows/lost-phone.long', 'gets in by a recovery code, each once, and is told by mail'),
  ],
  '4.3': [by('http/admin', 'lose a factor or an association, but never the last way in')],
  '4.4': { why: 'No factor of ours has a date by which it ends.' },
  '4.5': [
    by('flows/logout', 'is worth nothing once it is …: session, refresh token, access token'),
    by('flows/logout', 'counts for nothing any more in a login that has proven it before'),
  ],
  '4.6': [
    by('flows/notices', 'is told its owner by mail, each with its time'),
    by('flows/password', 'ends the other sessions, and tells the address of the account'),
    by('flows/lost-phone.long', 'gets in by a recovery code, each once, and is told by mail'),
    by(
      'flows/addresses.long',
      'is another address, by its code and all that the account can prove',
    ),
    {
      except:
        'An account has one address for its notices; what was removed from it stands in the audit and is not told by mail.',
    },
  ],

  '5.1': [
    by('flows/session', 'security 21: the session has a new id after every gain'),
    by('flows/session', 'an essential acr that is not reached'),
    by('flows/browser', 'security 24: every form of a login is refused from elsewhere'),
    by('flows/browser', 'security 35: after signing out no cookie, token or tab'),
    by('flows/devices', 'scenario 18: a new device asks for a code, a remembered one does not'),
    {
      except:
        'A flow may ask a remembered device for no second factor, which level 2 has for a renewed session alone: no level counts that.',
    },
  ],
  '5.1.1': [
    by('http/binding', 'is 256 bits in a cookie that no script and no other site gets'),
    by('http/applications', 'security 22: are for this host alone'),
  ],
  '5.1.2': { why: 'What a token means of somebody being there is for the application to judge.' },
  '5.2': [
    by('flows/session', 'what it has proven is good for 14 days, however often it is used'),
    promised('sessions', 'is not found once it has expired'),
    operations('Sessions and tokens'),
  ],
  '5.3': { why: 'Sessions are not watched while they last, which is allowed and not asked for.' },
}

/** The sections that say what a verifier, or who issues credentials, SHALL do. */
export const nistSections = [
  ...['2.1.2', '2.1.3', '2.2.1', '2.2.2', '2.2.3', '2.3', '2.4'],
  ...['3.1.1.1', '3.1.1.2', '3.1.2.1', '3.1.2.2', '3.1.3.1', '3.1.3.2', '3.1.3.3', '3.1.4.1'],
  ...['3.1.4.2', '3.1.5', '3.1.6.2', '3.1.7'],
  ...Array.from({ length: 13 }, (_, index) => `3.2.${index + 1}`),
  ...['4.1', '4.1.2.1', '4.1.2.2', '4.1.3', '4.2.1', '4.2.2', '4.2.3', '4.3', '4.4', '4.5', '4.6'],
  ...['5.1', '5.1.1', '5.1.2', '5.2', '5.3'],
]
