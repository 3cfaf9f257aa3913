/** German. */
import type { Catalogue } from '../texts.ts'
import { ownersGerman } from './de-account.ts'
import { administratorsGerman } from './de-admin.ts'

export const german: Catalogue = {
  ...administratorsGerman,
  ...ownersGerman,
  'error.REQUEST_MALFORMED': 'Diese Anfrage war nicht lesbar.',
  'error.AUTHORIZATION_REFUSED': 'Die Anwendung hat etwas verlangt, das ihr nicht zusteht.',
  'error.CALLBACK_REFUSED':
    'Diese Antwort gehört zu keiner laufenden Anmeldung. Bitte beginnen Sie von vorn.',
  'error.TICKET_MISSING':
    'Ihr Browser hat kein Ticket Ihres Netzes gesendet. Bitte wählen Sie einen anderen Weg.',
  'error.TOKEN_REFUSED': 'Dafür wird ein gültiges Zugriffstoken gebraucht.',
  'error.BROWSER_MISMATCH':
    'Dieser Browser kennt keine solche Anmeldung. Bitte beginnen Sie in der Anwendung von vorn.',
  'error.CROSS_SITE': 'Diese Anfrage kam von einer anderen Website und wurde abgelehnt.',
  'error.CONNECTION_NOT_OFFERED': 'So kann man sich bei dieser Anwendung nicht anmelden.',
  'error.APPLICATION_GONE':
    'Die Anwendung, bei der Sie sich anmelden wollten, gibt es hier nicht mehr.',
  'error.NOT_ALLOWED': 'Das dürfen nur einige der Verwalter.',
  'error.PAGE_NOT_FOUND': 'Unter dieser Adresse gibt es nichts.',
  'error.RESOURCE_NOT_FOUND': 'Das gibt es hier nicht.',
  'error.METHOD_NOT_ALLOWED': 'Diese Adresse nimmt Anfragen dieser Art nicht an.',
  'error.STEP_NOT_CURRENT': 'Diese Seite war nicht mehr aktuell. Hier steht die Anmeldung jetzt.',
  'error.NAME_TAKEN': 'Diesen Benutzernamen hat schon jemand.',
  'error.LAST_ADMINISTRATOR': 'Dann bliebe niemand, der verwaltet.',
  'error.LAST_WAY_IN': 'Dann könnte sich niemand mehr bei diesem Konto anmelden.',
  'error.ATTRIBUTE_OWNED': 'Was dort steht, bestimmt jemand anderes.',
  'error.FLOWS_WOULD_BREAK': 'Dann könnten sich manche nicht mehr anmelden.',
  'error.LOGIN_EXPIRED': 'Diese Anmeldung hat zu lange gedauert. Bitte beginnen Sie von vorn.',
  'error.LOGIN_OVER': 'Diese Anmeldung ist schon beendet.',
  'error.CHANGED_MEANWHILE': 'Das ist inzwischen geändert worden.',
  'error.BODY_TOO_LARGE': 'Diese Anfrage war zu groß.',
  'error.ADDRESS_TOO_LONG': 'Die Adresse dieser Anfrage war zu lang.',
  'error.MEDIA_TYPE': 'Anfragen dieser Art nimmt diese Seite nicht an.',
  'error.HOST_UNKNOWN': 'Unter diesem Namen antwortet dieser Server nicht.',
  'error.INPUT_INVALID': 'Etwas hat gefehlt oder hatte nicht die richtige Form.',
  'error.PRECONDITION_NEEDED': 'Sagen Sie, welche Fassung geändert werden soll.',
  'error.TOO_MANY_TRIES': 'Das waren zu viele Versuche. Bitte warten Sie ein wenig.',
  'error.BUSY': 'Der Server ist ausgelastet. Bitte versuchen Sie es gleich noch einmal.',
  'error.INTERNAL': 'Bei uns ist etwas schiefgegangen.',

  'page.one-moment': 'Einen Moment',
  'page.leaving': 'Sie werden weitergeleitet.',
  'page.continue': 'Weiter',
  'page.complete': 'Dieser Teil ist erledigt.',
  'page.continue-to': 'Weiter zu {application}',
  'page.error': 'Fehler: {title}',
  'page.refused': 'Das hat nicht geklappt',
  'page.support': 'Wenn Sie um Hilfe bitten, nennen Sie diese Nummer: {supportId}',
  'page.code': 'Code: {code}',
  'page.restart': 'Von vorn beginnen',
  'page.return': 'Zurück zur Anmeldung',
  'page.summary': 'Es gibt ein Problem',
  'page.for': 'für {application}',
  'page.who': 'Sie sind {who}.',
  'page.back': 'Zurück',
  'page.cancel': 'Abbrechen',
  'page.attempt-left': 'Noch ein Versuch.',
  'page.attempts-left': 'Noch {count} Versuche.',
  'page.troubled':
    'Dieser Weg ist gerade gestört. Sie können ihn noch einmal versuchen oder einen anderen nehmen.',
  'page.away': 'Sie wurden weitergeleitet und sind zurück, bevor eine Antwort kam.',
  'page.other-ways': 'Andere Wege',
  'page.last-used': 'Hier zuletzt verwendet',

  'step.title': 'Weiter',
  'step.submit': 'Weiter',
  'step.continue': 'Weiter mit {title}',
  'step.success': 'Das hat geklappt.',
  'step.invalid': 'Das stimmt nicht. Bitte versuchen Sie es noch einmal.',
  'step.exhausted': 'Das waren zu viele Versuche.',
  'step.cancelled': 'Das wurde abgebrochen.',
  'step.denied': 'Das wurde abgelehnt.',
  'step.unavailable': 'Dieser Weg ist hier nicht möglich.',
  'step.unknown': 'Das stimmt nicht. Bitte versuchen Sie es noch einmal.',
  'step.blocked': 'Dieser Weg ist zurzeit nicht möglich.',
  'step.disabled': 'Dieser Weg ist abgeschaltet.',
  'step.conflict': 'Das wird schon verwendet.',
  'step.rejected': 'Das wurde nicht angenommen.',
  'step.pending': 'Eine Antwort steht noch aus.',
  'step.error': 'Dieser Weg ist gerade gestört. Nichts von dem, was Sie getan haben, ist verloren.',
  'step.timeout': 'Das hat zu lange gedauert. Bitte versuchen Sie es noch einmal.',

  'password.title': 'Mit Ihrem Passwort anmelden',
  'password.submit': 'Anmelden',
  'password.username': 'Benutzername',
  'password.password': 'Passwort',
  'password.invalid': 'Das stimmt nicht. Bitte prüfen Sie Ihre Eingaben.',

  'credentials.title': 'Mit Ihrem Benutzernamen anmelden',
  'credentials.submit': 'Anmelden',
  'credentials.invalid': 'Das stimmt nicht. Bitte prüfen Sie Ihre Eingaben.',
  'certificate.title': 'Mit Ihrem Zertifikat anmelden',
  'certificate.submit': 'Mein Zertifikat verwenden',
  'certificate.invalid':
    'Das hat nicht geklappt. Ist Ihr Zertifikat in diesem Browser ausgewählt und noch gültig?',
  'ticket.title': 'Über Ihr Netz anmelden',
  'ticket.submit': 'Mein Netz verwenden',
  'ticket.invalid': 'Das hat nicht geklappt. Sind Sie auf diesem Gerät in Ihrem Netz angemeldet?',

  'totp.title': 'Code Ihrer Authenticator-App eingeben',
  'totp.submit': 'Prüfen',
  'totp.continue': 'Authenticator-App verwenden',
  'totp.code': 'Sechsstelliger Code',
  'totp.invalid':
    'Dieser Code stimmt nicht. Codes wechseln alle 30 Sekunden, und jeder gilt nur einmal.',

  'enrol-password.title': 'Passwort wählen',
  'enrol-password.submit': 'Passwort speichern',
  'enrol-password.continue': 'Passwort wählen',
  'password.new': 'Neues Passwort: mindestens 15 Zeichen, einige Wörter genügen',
  'enrol-password.invalid': 'Dieses Passwort eignet sich nicht. Bitte wählen Sie ein anderes.',
  'password.too-short': 'Ein Passwort hat hier mindestens 15 Zeichen. Einige Wörter genügen.',
  'password.too-long': 'Ein Passwort hat hier höchstens 512 Zeichen.',
  'password.common': 'Das ist eines der Passwörter, die jeder zuerst versucht.',
  'password.context':
    'Ein Passwort darf nicht aus Ihrem Namen, Ihrer Adresse oder unserem Namen bestehen.',

  'otp.title': 'Code per E-Mail erhalten',
  'otp.submit': 'Weiter',
  'otp.continue': 'Code per E-Mail erhalten',
  'otp.username': 'Benutzername',
  'otp.code': 'Code aus der E-Mail',
  'otp.not-there': 'Ist nichts angekommen?',
  'otp.again': 'Noch einen Code senden',
  'otp.sent': 'Wenn es ein Konto mit bestätigter Adresse gibt, ist ein Code dorthin unterwegs.',
  'otp.enough':
    'In dieser Anmeldung kann kein weiterer Code gesendet werden. Der letzte gilt vielleicht noch.',
  'otp.invalid': 'Das stimmt nicht. Codes gelten einmal und nur wenige Minuten.',
  'otp.number': 'Zahl für den Link',
  'otp.link': 'Haben Sie den Link geöffnet, hier oder auf einem anderen Gerät?',
  'otp.link-opened': 'Ja, weiter',
  'otp.link-waiting': 'Hinter dem Link hat noch niemand die Zahl eingegeben.',
  'link.title': 'Anmeldung auf einem anderen Bildschirm bestätigen',
  'link.warning':
    'Fahren Sie nur fort, wenn Sie sich selbst anmelden und dort eine Zahl sehen. Auf diesem Gerät werden Sie nicht angemeldet.',
  'link.number': 'Die Zahl auf dem anderen Bildschirm',
  'link.submit': 'Bestätigen',
  'link.done': 'Zurück zum anderen Bildschirm',
  'link.go-on':
    'Wenn die Zahl stimmt, geht die Anmeldung dort weiter. Dieser Link ist verbraucht; Sie können die Seite schließen.',
  'mail.otp-link.subject': 'Ihre Anmeldung',
  'mail.otp-link.body':
    'Ihr Code ist {code}. Er gilt einmal, {minutes} Minuten lang, auf der Seite, die ihn verlangt hat.\n\nStattdessen können Sie diesen Link auf einem beliebigen Gerät öffnen und die Zahl eingeben, die auf der Seite steht:\n{link}\n\nHaben Sie ihn nicht verlangt, müssen Sie nichts tun. Geben Sie ihn niemandem.',

  'sms.title': 'Code per SMS erhalten',
  'sms.submit': 'Weiter',
  'sms.continue': 'Code per SMS erhalten',
  'sms.code': 'Code aus der SMS',
  'sms.not-there': 'Nichts angekommen?',
  'sms.again': 'Neuen Code senden',
  'sms.sent': 'Ein Code ist unterwegs zu Ihrem Telefon.',
  'sms.enough':
    'In dieser Anmeldung können keine Codes mehr gesendet werden. Der letzte gilt vielleicht noch.',
  'sms.invalid': 'Das stimmt nicht. Codes gelten einmal und nur wenige Minuten.',
  'sms.otp.subject': 'Ihr Code',
  'sms.otp.body': '{code} ist Ihr Code, {minutes} Minuten lang. Geben Sie ihn niemandem.',

  'prove-email.title': 'Ihre E-Mail-Adresse',
  'prove-email.submit': 'Weiter',
  'prove-email.continue': 'Mit einer E-Mail-Adresse registrieren',
  'prove-email.email': 'E-Mail-Adresse',
  'prove-email.code': 'Code aus der E-Mail',
  'prove-email.not-there': 'Nichts angekommen?',
  'prove-email.again': 'Noch eine senden',
  'prove-email.sent': 'Eine Nachricht ist unterwegs an diese Adresse.',
  'prove-email.enough':
    'Hier können keine Nachrichten mehr gesendet werden. Die letzte gilt vielleicht noch.',
  'prove-email.invalid': 'Das stimmt nicht. Codes gelten einmal und nur wenige Minuten.',
  'prove-email.no-address': 'Das sieht nicht wie eine E-Mail-Adresse aus.',
  'mail.account-exists.subject': 'Sie haben schon ein Konto',
  'mail.account-exists.body':
    'Jemand möchte sich mit dieser Adresse registrieren, und sie gehört schon zu einem Konto. Melden Sie sich damit an; ein vergessenes Passwort können Sie dort ersetzen.\n\nWaren Sie das nicht, müssen Sie nichts tun: Es wurde nichts geändert.',

  'enrol-email.title': 'E-Mail-Adresse ändern',
  'enrol-email.submit': 'Weiter',
  'enrol-email.continue': 'E-Mail-Adresse ändern',
  'enrol-email.email': 'Neue E-Mail-Adresse',
  'enrol-email.code': 'Code aus der E-Mail',
  'enrol-email.not-there': 'Nichts angekommen?',
  'enrol-email.again': 'Noch eine senden',
  'enrol-email.sent': 'Eine Nachricht ist unterwegs an diese Adresse.',
  'enrol-email.enough':
    'Hier können keine weiteren Nachrichten gesendet werden. Die letzte gilt vielleicht noch.',
  'enrol-email.invalid': 'Das stimmt nicht. Codes gelten einmal und nur wenige Minuten.',
  'enrol-email.no-address': 'Das sieht nicht wie eine E-Mail-Adresse aus.',

  'enrol-phone.title': 'Telefonnummer ändern',
  'enrol-phone.submit': 'Weiter',
  'enrol-phone.continue': 'Telefonnummer ändern',
  'enrol-phone.phone': 'Neue Telefonnummer, mit Ländervorwahl',
  'enrol-phone.code': 'Code aus der SMS',
  'enrol-phone.not-there': 'Nichts angekommen?',
  'enrol-phone.again': 'Noch einen senden',
  'enrol-phone.sent': 'Ein Code ist unterwegs an diese Nummer.',
  'enrol-phone.enough':
    'Hier können keine weiteren Codes gesendet werden. Der letzte gilt vielleicht noch.',
  'enrol-phone.invalid': 'Das stimmt nicht. Codes gelten einmal und nur wenige Minuten.',
  'enrol-phone.no-address':
    'Das sieht nicht wie eine Telefonnummer aus. Sie beginnt mit einem Pluszeichen und der Vorwahl des Landes.',
  'mail.address-changed.subject': 'Ihre E-Mail-Adresse wurde geändert',
  'mail.address-changed.body':
    'Die E-Mail-Adresse Ihres Kontos wurde gerade geändert. Nachrichten gehen von jetzt an an die neue und nicht mehr an diese.\n\nWenn Sie das nicht waren, sagen Sie es sofort dem Betreiber dieses Dienstes.',
  'mail.address-in-use.subject': 'Diese Adresse hat ein Konto',
  'mail.address-in-use.body':
    'Jemand möchte diese Adresse in ein anderes Konto eintragen, und sie hat schon eines. Melden Sie sich damit an, oder ändern Sie zuerst dessen Adresse.\n\nWaren Sie das nicht, müssen Sie nichts tun: Es wurde nichts geändert.',
  'sms.address-changed.subject': 'Ihre Telefonnummer wurde geändert',
  'sms.address-changed.body':
    'Die Telefonnummer Ihres Kontos wurde geändert. Wenn Sie das nicht waren, sagen Sie es sofort dem Betreiber dieses Dienstes.',

  'recovery-code.title': 'Wiederherstellungscode verwenden',
  'recovery-code.submit': 'Prüfen',
  'recovery-code.continue': 'Wiederherstellungscode verwenden',
  'recovery-code.code': 'Einer Ihrer Wiederherstellungscodes',
  'recovery-code.invalid': 'Dieser Code stimmt nicht. Jeder gilt nur einmal.',
  'mail.recovery-code-used.subject': 'Ein Wiederherstellungscode wurde verwendet',
  'mail.recovery-code-used.body':
    'Ein Wiederherstellungscode Ihres Kontos wurde am {at} verwendet. Noch übrige Codes: {left}.\n\nHolen Sie sich auf den Seiten Ihres Kontos neue, bevor keine mehr da sind. Wenn Sie das nicht waren, ändern Sie Ihr Passwort und sagen Sie es sofort dem Betreiber dieses Dienstes.',

  'enrol-recovery-codes.title': 'Bewahren Sie Ihre Wiederherstellungscodes auf',
  'enrol-recovery-codes.continue': 'Wiederherstellungscodes erhalten',
  'enrol-recovery-codes.kept':
    'Drucken Sie diese Codes oder schreiben Sie sie auf. Jeder gilt einmal; sie werden nicht noch einmal gezeigt.',
  'enrol-recovery-codes.yes': 'Ich habe sie aufbewahrt',
  'enrol-recovery-codes.one': 'Wiederherstellungscodes',
  'enrol-recovery-codes.invalid': 'Bitte bewahren Sie die Codes auf und bestätigen Sie es.',

  'change-password.title': 'Neues Passwort wählen',
  'change-password.submit': 'Passwort speichern',
  'change-password.continue': 'Neues Passwort wählen',
  'change-password.invalid': 'Dieses Passwort genügt nicht. Bitte wählen Sie ein anderes.',

  'mail.otp.subject': 'Ihr Code',
  'mail.otp.body':
    'Ihr Code ist {code}. Er gilt einmal, {minutes} Minuten lang, auf der Seite, die danach gefragt hat.\n\nWenn Sie ihn nicht angefordert haben, brauchen Sie nichts zu tun. Geben Sie ihn niemandem.',
  'mail.password-changed.subject': 'Ihr Passwort wurde geändert',
  'mail.password-changed.body':
    'Das Passwort Ihres Kontos wurde gerade geändert, und Sie wurden überall abgemeldet.\n\nWenn Sie das nicht waren, sagen Sie es sofort dem Betreiber dieses Dienstes.',
  'mail.factor-added.subject': 'Eine Anmeldemöglichkeit wurde hinzugefügt',
  'mail.factor-added.body':
    'Ihrem Konto wurde am {at} etwas zum Anmelden hinzugefügt. Die Seiten Ihres Kontos zeigen, was.\n\nWenn Sie das nicht waren, entfernen Sie es dort, ändern Sie Ihr Passwort und sagen Sie es sofort dem Betreiber dieses Dienstes.',

  'enrol-totp.title': 'Authenticator-App einrichten',
  'enrol-totp.submit': 'Prüfen und speichern',
  'enrol-totp.continue': 'Authenticator-App einrichten',
  'enrol-totp.code': 'Sechsstelliger Code, den die App zeigt',
  'enrol-totp.invalid':
    'Dieser Code stimmt nicht. Bitte geben Sie den ein, den die App jetzt zeigt.',

  'webauthn.title': 'Passkey verwenden',
  'webauthn.submit': 'Passkey verwenden',
  'webauthn.response': 'Passkey',
  'webauthn.invalid':
    'Dieser Passkey ist hier nicht verwendbar. Bitte nehmen Sie einen anderen Weg.',

  'enrol-passkey.title': 'Passkey einrichten',
  'enrol-passkey.submit': 'Passkey einrichten',
  'enrol-passkey.continue': 'Passkey einrichten',
  'enrol-passkey.name': 'Ein Name dafür, wenn Sie mögen',
  'enrol-passkey.response': 'Neuer Passkey',
  'enrol-passkey.invalid':
    'Dieser Passkey ließ sich nicht einrichten. Bitte versuchen Sie es noch einmal.',

  'passkey.failed':
    'Das hat nicht geklappt oder wurde abgebrochen. Versuchen Sie es noch einmal, oder nehmen Sie einen anderen Weg.',
  'passkey.missing':
    'Passkeys brauchen einen Browser, der sie kann, mit eingeschaltetem JavaScript.',

  'consent.title': 'Dürfen wir das über Sie behalten?',
  'consent.decision': 'Darf Ihr Konto hier daraus bestehen?',
  'consent.yes': 'Ja, einverstanden',
  'consent.no': 'Nein, danke',
  'consent.name': 'Name',
  'consent.email': 'E-Mail-Adresse',
  'consent.username': 'Benutzername',
  'consent.further': 'Weiteres',
  'consent.invalid': 'Bitte antworten Sie mit Ja oder Nein.',

  'collect.title': 'Einige Angaben zu Ihnen',
  'collect.submit': 'Weiter',
  'collect.username': 'Benutzername',
  'collect.name': 'Ihr Name',
  'collect.email': 'E-Mail-Adresse',
  'collect.invalid': 'Etwas fehlt oder sieht nicht richtig aus.',
  'collect.unusable': 'Das kann hier kein Benutzername sein. Bitte wählen Sie einen anderen.',
  'collect.taken': 'Diesen Benutzernamen hat schon jemand. Bitte wählen Sie einen anderen.',

  'enrol-upstream.title': 'Mit {title} verknüpfen',
  'enrol-upstream.continue': 'Mit {title} verknüpfen',
  'federated.title': 'Mit {title} anmelden',
  'federated.continue': 'Weiter mit {title}',
  'federated.invalid': 'Diese Anmeldung gehört jemand anderem.',
  'federated.unavailable': 'Dieser Weg zur Anmeldung ist abgeschaltet.',

  'prefer.title': 'Danach zuerst fragen?',
  'prefer.decision': 'Sie können auf derselben Seite immer einen anderen Weg wählen.',
  'prefer.yes': 'Ja, immer zuerst danach fragen',
  'prefer.invalid': 'Bitte wählen Sie eine der Schaltflächen.',
  'postpone.title': 'Jetzt nicht',
  'postpone.decision': 'Sie können auch ohne weitermachen.',
  'postpone.later': 'Jetzt nicht',
  'postpone.never': 'Nicht mehr fragen',
  'postpone.invalid': 'Bitte wählen Sie eine der Schaltflächen.',
  'remember-device.title': 'Dieses Gerät merken?',
  'remember-device.decision':
    'Dürfen wir uns dieses Gerät merken? Dann wird hier beim nächsten Mal weniger von Ihnen verlangt. Sagen Sie Nein, wenn auch andere es benutzen.',
  'remember-device.yes': 'Ja, dieses Gerät merken',
  'remember-device.no': 'Nein, dieses nicht',
  'remember-device.invalid': 'Bitte antworten Sie mit Ja oder Nein.',

  'end-session.title': 'Sie sind auch anderswo angemeldet',
  'end-session.which':
    'Das sind mehr Sitzungen, als Sie haben dürfen. Welche davon dürfen beendet werden?',
  'end-session.oldest': 'Die älteste',
  'end-session.others': 'Alle',
  'end-session.since': 'Angemeldet seit',
  'end-session.invalid': 'Bitte sagen Sie, welche Sitzungen beendet werden dürfen.',

  'sign-out.title': 'Abmelden',
  'sign-out.question': 'Möchten Sie sich überall abmelden, wo dieser Browser angemeldet ist?',
  'sign-out.yes': 'Ja, abmelden',
  'sign-out.no': 'Nein, angemeldet bleiben',
  'sign-out.done': 'Sie sind abgemeldet',
  'sign-out.close': 'Sie können diese Seite schließen.',
  'provider.refused':
    'Die Anwendung hat eine Anfrage geschickt, die nicht beantwortet werden kann.',

  'portal.not-in': 'Sie sind nicht eingelassen worden.',
  'portal.unchanged':
    'Sie haben unterwegs abgebrochen oder wurden nicht durchgelassen. Es wurde nichts geändert.',
  'portal.again': 'Noch einmal versuchen',
  'portal.pages': 'Seiten',

  'exhibit.qr.alt': 'QR-Code zum Einlesen mit der Authenticator-App',
  'exhibit.qr.scan': 'Lesen Sie diesen Code mit Ihrer Authenticator-App ein.',
  'exhibit.qr.type': 'Wenn das nicht geht, tippen Sie diesen Schlüssel in die App:',
}
