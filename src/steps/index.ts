/** Every step type that a flow can name. Adding one is a folder beside this file and a line here. */
import type { StepType } from '../language/step.ts'
import { assign } from './assign/step.ts'
import { certificate } from './certificate/step.ts'
import { changePasswordStep } from './change-password/step.ts'
import { collect } from './collect/step.ts'
import { consent } from './consent/step.ts'
import { credentials } from './credentials/step.ts'
import { endSession } from './end-session/step.ts'
import { enrolEmail } from './enrol-email/step.ts'
import { enrolPasskeyStep } from './enrol-passkey/step.ts'
import { enrolPasswordStep } from './enrol-password/step.ts'
import { enrolPhone } from './enrol-phone/step.ts'
import { enrolRecoveryCodesStep } from './enrol-recovery-codes/step.ts'
import { enrolTotp } from './enrol-totp/step.ts'
import { enrolUpstream } from './enrol-upstream/step.ts'
import { federated } from './federated/step.ts'
import { forget } from './forget/step.ts'
import { http } from './http/step.ts'
import { keepPasswordStep } from './keep-password/step.ts'
import { link } from './link/step.ts'
import { otp } from './otp/step.ts'
import { type HashCost, owaspCost } from './password/hash.ts'
import { passwordStep } from './password/step.ts'
import { postpone } from './postpone/step.ts'
import { prefer } from './prefer/step.ts'
import { proveEmail } from './prove-email/step.ts'
import { provision } from './provision/step.ts'
import { recoveryCodeStep } from './recovery-code/step.ts'
import { register } from './register/step.ts'
import { rememberDevice } from './remember-device/step.ts'
import { sms } from './sms/step.ts'
import { sync } from './sync/step.ts'
import { ticket } from './ticket/step.ts'
import { totp } from './totp/step.ts'
import { verify } from './verify/step.ts'
import { verifyCertificate } from './verify-certificate/step.ts'
import { verifyTicket } from './verify-ticket/step.ts'
import { relyingPartyOf } from './webauthn/relying-party.ts'
import { webauthnStep } from './webauthn/step.ts'

export interface StepOptions {
  /** Where people sign in: passkeys are made for its host, and used from its origin. */
  readonly issuer: URL
  /** What a password hash costs: OWASP's unless said. A test or a benchmark chooses a cheap one. */
  readonly hashCost?: HashCost
}

export function listStepTypes({ issuer, hashCost = owaspCost }: StepOptions) {
  const relyingParty = relyingPartyOf(issuer)
  return [
    passwordStep(hashCost),
    webauthnStep(relyingParty),
    totp,
    otp,
    sms,
    proveEmail,
    recoveryCodeStep(hashCost),
    enrolTotp,
    enrolPasskeyStep(relyingParty),
    enrolPasswordStep(hashCost),
    changePasswordStep(hashCost),
    enrolRecoveryCodesStep(hashCost),
    enrolEmail,
    enrolPhone,
    enrolUpstream,
    federated,
    credentials,
    certificate,
    ticket,
    verify,
    verifyCertificate,
    verifyTicket,
    forget,
    keepPasswordStep(hashCost),
    collect,
    consent,
    rememberDevice,
    prefer,
    postpone,
    endSession,
    provision,
    register,
    link,
    sync,
    assign,
    http,
  ] as const
}

/** For whoever reads their declarations and takes nobody in: no passkey is made for this issuer. */
export const stepTypes = listStepTypes({ issuer: new URL('https://sallyport.invalid') })

/** Kinds of credential that say whose account it is, before anybody is known. */
export function waysIn(steps: readonly StepType[]): readonly string[] {
  return steps.flatMap(({ declaration: { subject, uses, byConnection } }) =>
    (subject === 'names' || subject === 'either') && uses && !byConnection ? [uses] : [],
  )
}
