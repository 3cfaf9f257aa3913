/** Every step type that a flow can name. Adding one is a folder beside this file and a line here. */
import { assign } from './assign/step.ts'
import { enrolTotp } from './enrol-totp/step.ts'
import { federated } from './federated/step.ts'
import { type HashCost, owaspCost } from './password/hash.ts'
import { passwordStep } from './password/step.ts'
import { provision } from './provision/step.ts'
import { sync } from './sync/step.ts'
import { totp } from './totp/step.ts'

/** @param hashCost what a password hash costs; a test or a benchmark chooses a cheap one */
export function listStepTypes(hashCost: HashCost) {
  return [passwordStep(hashCost), totp, enrolTotp, federated, provision, sync, assign] as const
}

export const stepTypes = listStepTypes(owaspCost)
