/** OWASP ASVS 5.0, chapters 6 to 8: authentication, sessions, rights. */
import { by, operations, promised, type Table, threats, written } from './row.ts'

const tokenFaults = by('steps/oidc', 'is not believed with … (security …)')

export const asvsIdentity: Table = {
  'V6.1.1': [operations('Limits')],
  'V6.1.2': [operations('Passwords')],
  'V6.1.3': [threats('Ways in')],
  'V6.2.1': [
    by('steps/password', 'asks for fifteen characters alone and eight with a second factor'),
  ],
  'V6.2.2': [by('flows/password', 'takes the old one and the second factor')],
  'V6.2.3': [
    by('flows/password', 'takes the old one and the second factor'),
    by('flows/password', 'changes nothing for whoever does not know the old one'),
  ],
  'V6.2.4': [
    by('steps/password', 'refuses …, which everybody tries'),
    by('steps/password', 'refuses …, which joins two that everybody tries'),
    by('steps/password', 'refuses …, which only repeats'),
    {
      except:
        'The list has 49,233 of all lengths, 41 of them of the 15 characters that are asked for: longer ones are refused where they join or repeat what is in it.',
    },
  ],
  'V6.2.5': [
    by('steps/password', 'allows far more than 64 characters of any kind, and asks for no kind'),
  ],
  'V6.2.6': [
    by('http/pages', 'masks what is typed as a password, and hinders no password manager'),
  ],
  'V6.2.7': [
    by('http/pages', 'masks what is typed as a password, and hinders no password manager'),
  ],
  'V6.2.8': [
    by('steps/password', 'tells passwords of … characters apart by the last (security 99)'),
    by('steps/password', 'matches what was hashed and nothing else, whatever the characters'),
    {
      except: 'One character that can be composed in two ways is the same one (NFC), as NIST asks.',
    },
  ],
  'V6.2.9': [by('steps/password', 'allows far more than 64 characters of any kind')],
  'V6.2.10': [operations('Passwords')],
  'V6.2.11': [by('steps/password', 'refuses …, which is made of where and who')],
  'V6.2.12': [
    by('steps/password', 'refuses …, which everybody tries'),
    {
      except:
        'The list is of the passwords that breaches have most of; nobody outside is asked about each password.',
    },
  ],
  'V6.3.1': [
    by('flows/limits', 'is so many wrong answers, for whomever they are'),
    by('flows/limits', 'security 125: signs in where the account knows the browser'),
    promised('claims', 'are counted one by one over all logins at once (I-23, security 87)'),
  ],
  'V6.3.2': [
    by('cli/serve', "security 136: a demo's database, whose people have passwords"),
    by('cli/user-role', 'makes the first administrator'),
  ],
  'V6.3.3': [
    by('flows/step-up', 'security 112: whichever way in is chosen'),
    by('checker/check', 'A-50: a skipped second factor that is not declared weaker is refused'),
    { except: 'Whether an application wants two factors is what its flow and its level say.' },
  ],
  'V6.3.4': [
    by('flows/integrity', 'security 1, scenario 14: what is not offered here is refused'),
    by('checker/routes', 'security 121: that asks for less than the first is refused'),
  ],
  'V6.4.1': [
    by('flows/sign-up', 'takes no code of another login, and none twice (I-22)'),
    by('flows/recover', 'takes no code that is late'),
    {
      except:
        'A password that an administrator gives to a new account stays until the person changes it; none is generated.',
    },
  ],
  'V6.4.2': {
    why: 'No step asks for a hint or a secret question, and there is no place to keep one.',
  },
  'V6.4.3': [
    by(
      'flows/recover',
      'is replaced by a code from the mailbox and the second factor that there is',
    ),
    by('checker/routes', 'security 121: that asks for less than the first is refused'),
  ],
  'V6.4.4': {
    operator:
      'Before a lost factor is taken off an account the operator sees who is asking, as well as when the account was made.',
  },
  'V6.5.1': [
    by('steps/totp', 'refuses the same code again (security 91)'),
    by('steps/recovery-code', 'takes none a second time, and the others still (I-22)'),
    by('flows/recover', 'takes no code of another login, and none twice (I-22)'),
  ],
  'V6.5.2': [by('steps/recovery-code', 'keeps none of them as it is')],
  'V6.5.3': [
    by('steps/recovery-code', 'has ten codes of 80 bits, no two alike'),
    by('steps/enrol-totp', 'shows a new secret of 160 bits'),
    by('tidy', 'takes chance from the system alone'),
  ],
  'V6.5.4': [
    by('steps/recovery-code', 'has ten codes of 80 bits, no two alike'),
    {
      except:
        'Codes by mail and text message have six digits, which is 19.9 bits, unless the flow asks for more.',
    },
  ],
  'V6.5.5': [
    by('steps/otp', 'takes it until its time is over, and no longer'),
    by('steps/sms', 'takes no other code, and none that is late'),
    by('steps/totp', 'is taken in its window and in no other'),
    {
      except:
        'A code of an app is taken one step of 30 s early or late as well, unless the flow says `skew: 0`.',
    },
  ],
  'V6.6.1': [
    by('language/senders', 'counts where it was written here, and verified here'),
    by('steps/sms', 'is for whoever is known already: nobody else has a message sent'),
    {
      except:
        'Which stronger way stands beside text messages is what the flow offers, and no page tells people of their risk.',
    },
  ],
  'V6.6.2': [
    by('steps/otp', 'takes it in the login that it was made for alone'),
    by('flows/magic-link', 'of one login opens no other (I-22)'),
  ],
  'V6.6.3': [
    by('flows/codes-security', 'security 89: forty wrong ones at once leave no guess'),
    by('flows/text-message', 'security 87: is guessed at no more than the account allows'),
  ],
  'V6.8.1': [
    by('steps/federated', 'knows a person by connection and subject (A-2, I-18)'),
    by('flows/pass-through', 'scenario 2: the same subject at another connection is somebody else'),
  ],
  'V6.8.2': [
    tokenFaults,
    by('flows/saml', '…: nobody is anybody, and the other ways are open (security 60)'),
  ],
  'V6.8.3': [by('flows/saml', 'works once: neither again at its own login, nor at another one')],
  'V6.8.4': [
    by('steps/federated', 'count nothing where the connection is not believed in them'),
    by('flows/step-up', 'security 66: an upstream that is …believed and says'),
    by('steps/oidc', 'is told when the person must be asked anew, and must say that it did'),
  ],

  'V7.1.1': [operations('Sessions and tokens')],
  'V7.1.2': [operations('Sessions and tokens')],
  'V7.1.3': [operations('Sessions and tokens')],
  'V7.2.1': [
    promised('sessions', 'once ended cannot be written back (security 35)'),
    by('flows/half-way', 'security 119: is nobody everywhere but in this login'),
  ],
  'V7.2.2': [by('flows/session', 'security 21: the session has a new id after every gain')],
  'V7.2.3': [
    by('flows/session', 'security 21: the session has a new id after every gain'),
    by('http/tokens', 'has an id of 256 bits'),
  ],
  'V7.2.4': [
    by('flows/session', 'security 21: the session has a new id after every gain'),
    by(
      'flows/session',
      'scenario 18: signing in as somebody else ends the session of before (I-26)',
    ),
  ],
  'V7.3.1': [promised('sessions', 'is not found once it has expired')],
  'V7.3.2': [
    by('flows/session', 'what it has proven is good for 14 days, however often it is used'),
    by('flows/session', 'W-26: a factor with a maxAge is asked anew'),
  ],
  'V7.4.1': [
    by('flows/browser', 'security 35: after signing out no cookie, token or tab'),
    promised('sessions', 'ends with its uid, also where another tab has rotated it'),
  ],
  'V7.4.2': [
    by('flows/browser', 'security 35: a locked account loses sessions, grants and tokens at once'),
    by('flows/logout', 'is worth nothing once it is …: session, refresh token, access token'),
  ],
  'V7.4.3': [
    by('flows/password', 'ends the other sessions, and tells the address of the account'),
    by(
      'flows/account-pages',
      'are sessions: one elsewhere ends, then all others, and this one stays',
    ),
  ],
  'V7.4.4': [by('flows/account-pages', 'lead out from every one of them')],
  'V7.4.5': [by('http/admin', 'are locked with all that they were given, deleted, and signed out')],
  'V7.5.1': [
    by(
      'flows/account-pages',
      'is asked for with all that the account can give, once what was proven is old',
    ),
    by('flows/passkeys', 'I-30: a stolen password adds no passkey beside an authenticator app'),
  ],
  'V7.5.2': [
    by(
      'flows/account-pages',
      'are sessions: one elsewhere ends, then all others, and this one stays',
    ),
    { except: 'Ending a session asks for no fresh proof, since it only ever takes away.' },
  ],
  'V7.6.1': [
    by('flows/session', 'security 40: max_age asks for proofs that are younger (I-28)'),
    by('flows/logout', 'is told to the applications that it was used for, and to no others'),
    operations('Sessions and tokens'),
  ],
  'V7.6.2': [
    by('flows/session', 'security 41: prompt=none asks nothing of anybody'),
    {
      except:
        'A registered application gets its code from a session without a further click, as single sign-on means; `fresh` asks.',
    },
  ],

  'V8.1.1': [threats('Who may do what')],
  'V8.1.2': [threats('Who may do what'), written('src/http/README.md', 'The account API')],
  'V8.2.1': [
    by('http/admin', 'nobody without a role, whatever groups they are in (security 80)'),
    by('http/admin', 'a viewer sees everything and changes nothing'),
    by('http/scim', 'security 139: nobody without a token for it'),
  ],
  'V8.2.2': [
    by('flows/account-pages', 'by its owner alone: another account`s factor, session and device'),
    by('http/scim', 'CVE-2025-10149: sees and changes nobody of another connection'),
  ],
  'V8.2.3': [
    by('flows/my-account', 'scenario 15: what an upstream says is refused naming it'),
    by(
      'flows/my-account',
      'scenario 15: jane writes her own name, and nothing that is more than a profile',
    ),
    by('flows/pass-through', 'scenario 2: tells an application only what its release list has'),
  ],
  'V8.3.1': [
    by('http/admin-pages', 'shows a viewer everything, and no form that changes anything'),
    by('http/admin', 'nobody whose role was withdrawn, or who was locked, from the next call on'),
  ],
  'V8.4.1': [
    by('flows/organisations-apart', '… refuses every identifier, token, cookie, code and link'),
    promised('administration', 'shows and changes nothing of another organisation'),
  ],
}
