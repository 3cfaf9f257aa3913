/** German. */
import type { Catalogue } from '../texts.ts'

export const german: Catalogue = {
  'error.REQUEST_MALFORMED': 'Diese Anfrage war nicht lesbar.',
  'error.AUTHORIZATION_REFUSED': 'Die Anwendung hat etwas verlangt, das ihr nicht zusteht.',
  'error.CALLBACK_REFUSED':
    'Diese Antwort gehört zu keiner laufenden Anmeldung. Bitte beginnen Sie von vorn.',
  'error.TOKEN_REFUSED': 'Dafür wird ein gültiges Zugriffstoken gebraucht.',
  'error.BROWSER_MISMATCH':
    'Dieser Browser kennt keine solche Anmeldung. Bitte beginnen Sie in der Anwendung von vorn.',
  'error.CROSS_SITE': 'Diese Anfrage kam von einer anderen Website und wurde abgelehnt.',
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

  'recovery-code.title': 'Wiederherstellungscode verwenden',
  'recovery-code.submit': 'Prüfen',
  'recovery-code.continue': 'Wiederherstellungscode verwenden',
  'recovery-code.code': 'Einer Ihrer Wiederherstellungscodes',
  'recovery-code.invalid': 'Dieser Code stimmt nicht. Jeder gilt nur einmal.',

  'enrol-recovery-codes.title': 'Bewahren Sie Ihre Wiederherstellungscodes auf',
  'enrol-recovery-codes.continue': 'Wiederherstellungscodes erhalten',
  'enrol-recovery-codes.kept':
    'Drucken Sie diese Codes oder schreiben Sie sie auf. Jeder gilt einmal; sie werden nicht noch einmal gezeigt.',
  'enrol-recovery-codes.yes': 'Ich habe sie aufbewahrt',
  'enrol-recovery-codes.one': 'Wiederherstellungscode',
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

  'federated.title': 'Mit {title} anmelden',
  'federated.continue': 'Weiter mit {title}',
  'federated.invalid': 'Diese Anmeldung gehört jemand anderem.',
  'federated.unavailable': 'Dieser Weg zur Anmeldung ist abgeschaltet.',

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

  'exhibit.qr.alt': 'QR-Code zum Einlesen mit der Authenticator-App',
  'exhibit.qr.scan': 'Lesen Sie diesen Code mit Ihrer Authenticator-App ein.',
  'exhibit.qr.type': 'Wenn das nicht geht, tippen Sie diesen Schlüssel in die App:',
}
