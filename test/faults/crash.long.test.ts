import { describe, it } from 'node:test'
import { journeys } from './journeys.ts'
import { sweep } from './sweep.ts'

describe('kill -9 before and after every write', () => {
  for (const journey of journeys) {
    it(`${journey.name}: it goes on, and nothing is doubled or left open (I-31, I-32, I-33, security 3.5)`, async (t) => {
      const { crossed, faults, trouble } = await sweep(t, journey, (all) =>
        all
          .filter(({ isWrite }) => isWrite)
          .flatMap((_, index) => [
            { at: index + 1, when: 'before' as const },
            { at: index + 1, when: 'after' as const },
          ]),
      )
      const writes = crossed.filter(({ isWrite }) => isWrite).length
      t.diagnostic(`${faults} faults: kills at ${writes} writes: ${JSON.stringify(trouble)}`)
    })
  }
})
