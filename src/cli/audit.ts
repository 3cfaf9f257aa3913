/** `sallyport audit verify | export`: what was changed and how logins ended, and whether the record of it is whole. */
import { parseArgs } from 'node:util'
import { readDatabase, readSecrets } from '../config.ts'
import { auditKey } from '../keys.ts'
import { type AuditChain, type Broken, type Head, openAuditChain } from '../store/audit-chain.ts'
import { migrate, openDatabase } from '../store/open.ts'
import { type Command, type Io, UsageProblem } from './io.ts'
import { namedOrganisation } from './organisations.ts'

const options = {
  database: { type: 'string' },
  flows: { type: 'string' },
  organisation: { type: 'string' },
  head: { type: 'string' },
  after: { type: 'string' },
} as const

export const run: Command = async (args, io) => {
  const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true })
  const [verb] = positionals
  const organisation = await namedOrganisation(values, io)
  const db = openDatabase({ url: readDatabase(values, io.env) })
  try {
    await migrate(db)
    const key = auditKey(readSecrets(io.env).firstSecret, organisation)
    const chain = openAuditChain(db, organisation, key)
    if (verb === 'verify') return await verify(chain, io, readHead(values.head))
    if (verb === 'export') return await exportAll(chain, io, readNumber(values.after ?? '0'))
    throw new UsageProblem('call it as: audit verify [--head NUMBER:SEAL], audit export')
  } finally {
    await db.destroy()
  }
}

const sentences: Readonly<Record<Broken['what'], string>> = {
  changed: 'was changed after it was sealed, or sealed with another secret',
  missing: 'is missing',
  beginning:
    'is said to be the last that was taken away, but not by this server, or with another secret',
  head: 'is not the one that was noted down: records that there were are gone',
}

async function verify(chain: AuditChain, io: Io, known: Head | undefined): Promise<number> {
  await chain.seal()
  const { head, taken, unsealed, broken } = await chain.verify(known)
  if (broken) {
    io.err(`the audit is not whole: record ${broken.number} ${sentences[broken.what]}`)
    return 1
  }
  const gone = taken > 0 ? `, the first ${taken} taken away since their time is over` : ''
  io.out(`the audit is whole: ${head.number} records${gone}, ${unsealed} not yet sealed`)
  // Of no record there is no seal to note down.
  if (head.number > 0) {
    io.out(`note this down elsewhere, for the next time: --head ${head.number}:${head.seal}`)
  }
  return 0
}

/** JSON, one line a record. */
async function exportAll(chain: AuditChain, io: Io, after: number): Promise<number> {
  await chain.seal()
  let last = after
  for (let page = await chain.read(last); page.length > 0; page = await chain.read(last)) {
    for (const { atMs, detail, ...record } of page) {
      io.out(
        JSON.stringify({
          ...record,
          at: new Date(atMs).toISOString(),
          detail: JSON.parse(detail),
        }),
      )
    }
    last = page.at(-1)!.number
  }
  return 0
}

function readHead(text: string | undefined): Head | undefined {
  if (text === undefined) return undefined
  const [, number, seal] = /^(\d+):([\w-]+)$/.exec(text) ?? []
  if (number === undefined || seal === undefined) {
    throw new UsageProblem(`--head is what verify has said before, as 12:seal, not ${text}`)
  }
  return { number: Number(number), seal }
}

function readNumber(text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text)
  throw new UsageProblem(`--after is the number of a record, not ${text}`)
}
