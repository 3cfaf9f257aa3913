import { describe, it } from 'node:test'
import { byPassword, bySession, firstByGoogle, leaving, refreshing } from './journeys.ts'
import { sweep } from './sweep.ts'

describe('kill -9 before and after every write', () => {
  for (const journey of [byPassword, firstByGoogle, bySession, refreshing, leaving]) {
    it(`${journey.name}: it goes on, and nothing is doubled or left open (I-31, I-32, I-33, security 3.5)`, async (t) => {
      const swept = await sweep(t, journey, (written) =>
        written.flatMap(({ at }) => [
          { at, when: 'before' as const },
          { at, when: 'after' as const },
        ]),
      )
      t.diagnostic(
        `${swept.kills} kills at ${swept.writes} writes: ${JSON.stringify(swept.trouble)}`,
      )
    })
  }
})
