import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { elsewhere } from './corpus/elsewhere.ts'
import { engineRows } from './corpus/engines.ts'
import { flowRows } from './corpus/flows.ts'

/** Published mistakes of login systems, one line for each that was studied. */
const published = `
CVE-2026-49448 · CVE-2026-54730 · CVE-2024-47070 · CVE-2025-53942 · CVE-2023-26481 · CVE-2022-23555
CVE-2022-46172 · CVE-2025-64708 · CVE-2025-52553 · CVE-2023-46249 · CVE-2025-29928 · CVE-2026-25748
GHSA-5wcc-hf24-rf5h · CVE-2026-47201 · CVE-2026-25922 · GHSA-cqj8-fxxf-9pg7 · CVE-2026-57580
CVE-2026-40165 · CVE-2026-49443 · CVE-2026-25227 · CVE-2024-23647 · CVE-2024-52289 · CVE-2023-39522
CVE-2026-18963 · CVE-2026-7507 · CVE-2026-9087 · CVE-2025-7365 · CVE-2026-16442 · CVE-2026-2603
CVE-2026-1486 · CVE-2026-96445 · CVE-2026-97176 · CVE-2024-4629 · CVE-2026-9798 · CVE-2025-3910
CVE-2025-12390 · CVE-2023-6787 · CVE-2023-0264 · CVE-2025-12150 · CVE-2026-8830 · CVE-2025-15039
WSO2-2022-1920 · WSO2-2020-0751 · CVE-2024-1524 · WSO2-2021-1573 · WSO2-2021-1605 · CVE-2024-1248
CVE-2025-11850 · CVE-2025-10149 · CVE-2025-10908 · CVE-2024-9517 · CVE-2025-12624 · CVE-2024-8122
WSO2-2020-0787 · CVE-2024-6832 · CVE-2024-5617 · CVE-2025-9973 · CVE-2025-0663 · WSO2-2021-1459
CVE-2026-105207 · CVE-2026-105215 · CVE-2026-109372 · CVE-2026-109373 · CVE-2026-119128
CVE-2026-105211 · CVE-2025-64103 · CVE-2025-64717 · GHSA-7j7j-66cv-m239 · GHSA-mq4x-r2w3-j7mr
CVE-2026-15616 · CVE-2026-15611 · CVE-2026-15612 · CVE-2026-56739 · CVE-2026-53516 · CVE-2026-110862
CVE-2026-110864 · CVE-2026-45337 · CVE-2024-45042 · CVE-2021-32637 · Authelia 4.39.20 · CVE-2023-28862
CVE-2026-19349 · CVE-2026-92289 · CVE-2021-40874 · CVE-2024-45160 · GHSA-9v87-664x-72qc · CVE-2025-6015
CVE-2022-39222 · CVE-2026-107276 · CVE-2026-103655 · CVE-2026-28787 · CVE-2026-81888 · CVE-2026-73420
CVE-2026-27959 · CVE-2016-20018`
  .trim()
  .split(/ · |\n/)

const inCorpus = [...flowRows, ...engineRows].map(({ id }) => id)
const names = (text: string, id: string) => text.split(', ').some((one) => one.startsWith(id))

describe('every published mistake', () => {
  for (const id of published) {
    it(`${id} is in the corpus, or is said to be about something else than a flow`, () => {
      const found = inCorpus.some((text) => text.includes(id))
      const told = Object.keys(elsewhere).filter((text) => names(text, id))
      assert.equal(Number(found) + told.length, 1, told.join())
    })
  }

  it('and nothing else is said to be about something else', () => {
    const unknown = Object.keys(elsewhere).flatMap((text) =>
      text.split(', ').filter((id) => !published.includes(id)),
    )
    assert.deepEqual(unknown, [])
  })
})
