/** One suite that every kind of database runs: what the engine and the provider are promised. */
import { describe } from 'node:test'
import type { OpenDatabase } from '../given.ts'
import { accountTests } from './accounts.ts'
import { administrationTests } from './administration.ts'
import { auditChainTests } from './audit-chain.ts'
import { claimTests } from './claims.ts'
import { deviceTests } from './devices.ts'
import { loginTests } from './logins.ts'
import { outboxTests } from './outbox.ts'
import { peopleTests } from './people.ts'
import { planTests } from './plans.ts'
import { preferenceTests } from './preferences.ts'
import { sessionTests } from './sessions.ts'
import { signingKeyTests } from './signing-keys.ts'
import { sweepTests } from './sweep.ts'
import { tryTests } from './tries.ts'
import { unitTests } from './unit.ts'
import { verdictTests } from './verdicts.ts'
import { writeTests } from './writes.ts'

/** @param database its name, for the report */
export function runStoreConformance(database: string, open: OpenDatabase): void {
  describe(`store on ${database}`, () => {
    peopleTests(open)
    writeTests(open)
    claimTests(open)
    loginTests(open)
    unitTests(open)
    sessionTests(open)
    accountTests(open)
    administrationTests(open)
    auditChainTests(open)
    signingKeyTests(open)
    deviceTests(open)
    preferenceTests(open)
    outboxTests(open)
    sweepTests(open)
    tryTests(open)
    verdictTests(open)
    planTests(open)
  })
}
