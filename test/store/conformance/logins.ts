import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Write } from '../../../src/language/write.ts'
import {
  addAccount,
  claimOf,
  count,
  eventOf,
  loginOf,
  type OpenDatabase,
  proofOf,
  startMs,
  stored,
  storesOn,
} from '../given.ts'
import { opened } from './opened.ts'

export function loginTests(open: OpenDatabase): void {
  describe('a login', () => {
    const world = opened(open)

    it('comes back exactly as it was stored (I-33)', async () => {
      const { stores } = world()
      const login = await stored(
        stores,
        loginOf({ spent: { 'sign-in': 2 }, awaitedHash: 'hash', answeredKey: 'key' }),
      )
      const read = await stores.engine.findLogin(login.id)
      assert.deepEqual(JSON.parse(JSON.stringify(read)), JSON.parse(JSON.stringify(login)))
    })

    it('moves on by a taken claim, and gives it up', async () => {
      const { engine } = world().stores
      const login = await stored(world().stores)
      await engine.claim(claimOf(login, 'claim'))
      await engine.transaction(async (tx) => {
        assert.equal(await tx.take(login, 'claim'), true)
        await tx.save({ ...login, revision: 1, position: 'second-factor' }, [])
      })
      const moved = await engine.findLogin(login.id)
      assert.equal(moved?.position, 'second-factor')
      assert.equal(moved.claim, undefined)
      assert.equal(await engine.claim(claimOf(moved, 'next')), 0)
    })

    it('is as before when its move fails (I-33)', async () => {
      const { db, stores } = world()
      const login = await stored(stores)
      await stores.engine.claim(claimOf(login, 'claim'))
      const failing = stores.engine.transaction(async (tx) => {
        await tx.take(login, 'claim')
        const moved = { ...login, revision: 1, facts: { ...login.facts, events: 1 } }
        await tx.save(moved, [eventOf()])
        throw new Error('crashed')
      })
      await assert.rejects(failing, /crashed/)
      assert.equal((await stores.engine.findLogin(login.id))?.revision, 0)
      assert.equal(await count(db, 'login_events', { login_id: login.id }), 0)
    })

    it('is found by what an upstream brings back, until it has moved on (I-15)', async () => {
      const { engine } = world().stores
      const login = await stored(world().stores, loginOf({ awaitedHash: 'state-hash' }))
      assert.equal((await engine.findAwaiting('state-hash'))?.id, login.id)
      await engine.claim(claimOf(login, 'claim'))
      await engine.transaction(async (tx) => {
        await tx.take(login, 'claim')
        await tx.save({ ...login, revision: 1, awaitedHash: undefined }, [])
      })
      assert.equal(await engine.findAwaiting('state-hash'), undefined)
    })

    it('keeps the first form that an upstream has posted, sealed, until it moves on (security 29)', async () => {
      const { db, stores } = world()
      const { engine } = stores
      const login = await stored(stores, loginOf({ awaitedHash: 'posted-hash' }))
      await engine.keepPosted(login, 'SAMLResponse=first')
      await engine.keepPosted(login, 'SAMLResponse=second')
      assert.equal((await engine.findAwaiting('posted-hash'))?.posted, 'SAMLResponse=first')
      const { sealed_posted: sealed } = await db('logins').first().where({ id: login.id })
      assert.doesNotMatch(sealed, /SAMLResponse/)
      await engine.claim(claimOf(login, 'claim'))
      await engine.transaction(async (tx) => {
        await tx.take(login, 'claim')
        await tx.save({ ...login, revision: 1, awaitedHash: undefined }, [])
      })
      assert.equal((await engine.findLogin(login.id))?.posted, undefined)
      await engine.keepPosted(login, 'SAMLResponse=late')
      assert.equal((await engine.findLogin(login.id))?.posted, undefined)
    })

    it('with a forged position, digest, browser or deadline does not open (security 147)', async () => {
      const { db, stores } = world()
      const forgeries = [
        { position: 'done' },
        { digest: 'sha256:11' },
        { revision: 7 },
        { browser_hash: 'browser-of-mallory' },
        { deadline_ms: startMs * 2 },
      ]
      for (const forgery of forgeries) {
        const login = await stored(stores)
        await db('logins').where({ id: login.id }).update(forgery)
        await assert.rejects(stores.engine.findLogin(login.id), JSON.stringify(forgery))
      }
    })

    it('keeps what was proven sealed, and tells another organisation nothing', async () => {
      const { db, stores } = world()
      const blank = loginOf()
      const facts = { ...blank.facts, proofs: [proofOf({ credential: 'canary-credential' })] }
      const login = await stored(stores, { ...blank, facts })
      const row = await db('logins').first().where({ id: login.id })
      assert.ok(!JSON.stringify(row).includes('canary'))
      assert.equal(await storesOn(db, 'other').engine.findLogin(login.id), undefined)
    })
  })

  describe('a move that was decided before', () => {
    const world = opened(open)
    const taken: Write = {
      write: 'create-account',
      id: 'acc_taken',
      userName: 'taken',
      source: 'local',
      directory: 'internal',
      claims: {},
      otherwise: 'conflict',
    }

    async function decided(writes: readonly Write[] = []) {
      const { stores } = world()
      const login = await stored(stores)
      await stores.engine.claim(claimOf(login, 'claim'))
      const facts = { ...login.facts, events: 1 }
      const moved = { ...login, revision: 1, position: 'second-factor', facts }
      const events = [eventOf({ outcome: 'success' })]
      const none = { forget: undefined, wrong: undefined }
      return { login: moved, claim: 'claim', from: 0, writes, ...none, events, nowMs: 0 }
    }

    it('is written whole, once, and its claim is given up', async () => {
      const { db, stores } = world()
      const move = await decided([taken])
      const ends = await Promise.all([stores.engine.commit(move), stores.engine.commit(move)])
      assert.deepEqual(ends.sort(), ['committed', 'stale'])
      const moved = await stores.engine.findLogin(move.login.id)
      assert.equal(moved?.position, 'second-factor')
      assert.equal(moved.claim, undefined)
      assert.equal(await count(db, 'login_events', { login_id: move.login.id }), 1)
      assert.equal(await count(db, 'accounts', { id: 'acc_taken' }), 1)
    })

    it('leaves everything as it was where a write does not find what it expects', async () => {
      const { db, stores } = world()
      const before = { ...taken, id: 'acc_before', userName: 'before' } as const
      const move = await decided([before, { ...taken, id: 'acc_after' }])
      assert.equal(await stores.engine.commit(move), 'conflict')
      assert.equal((await stores.engine.findLogin(move.login.id))?.claim, 'claim')
      assert.equal(await count(db, 'accounts', { id: 'acc_before' }), 0)
      assert.equal(await count(db, 'login_events', { login_id: move.login.id }), 0)
    })

    it('has its audit with it, or neither is there (security 146)', async () => {
      const { db, stores } = world()
      const audit = (move: { login: { id: string } }) =>
        db('audit_records')
          .select('action', 'actor', 'subject')
          .where('detail', 'like', `%${move.login.id}%`)
          .orderBy('action')
      const made = await decided([{ ...taken, id: 'acc_told', userName: 'told' }])
      const wrong = { state: 'sign-in', option: 'password' }
      assert.equal(await stores.engine.commit({ ...made, wrong }), 'committed')
      assert.deepEqual(await audit(made), [
        { action: 'login.invalid', actor: 'nobody', subject: made.login.id },
        { action: 'user.add', actor: 'nobody', subject: 'acc_told' },
      ])
      const undone = await decided([{ ...taken, id: 'acc_untold', userName: 'told' }])
      assert.equal(await stores.engine.commit({ ...undone, wrong }), 'conflict')
      assert.deepEqual(await audit(undone), [])
    })

    it('says nothing of groups that somebody has already (security 146)', async () => {
      const { db, stores } = world()
      const account = await addAccount(stores)
      const grant: Write = {
        write: 'grant-groups',
        account,
        groups: ['staff-of-flow'],
        source: 'flow:thrift',
        otherwise: 'conflict',
      }
      for (const told of [1, 1]) {
        const move = await decided([grant])
        assert.equal(await stores.engine.commit(move), 'committed')
        const key = { action: 'user.groups', subject: account }
        assert.equal(await count(db, 'audit_records', key), told)
      }
    })

    it('is stale on a login that was ended under its claim (I-34)', async () => {
      const { engine, provider } = world().stores
      const move = await decided()
      const before = (await engine.findLogin(move.login.id))!
      await provider.endWithError(before, 'access_denied')
      assert.equal(await engine.commit(move), 'stale')
      const login = await engine.findLogin(move.login.id)
      assert.equal(login?.facts.end?.error, 'access_denied')
    })

    it('ends the count of wrong answers with a right one', async () => {
      const { db, stores } = world()
      const account = await addAccount(stores)
      const guess = { account, factor: 'totp' }
      const guessing = await stored(stores)
      const window = { ...guess, sinceMs: 0 }
      await stores.engine.claim({ ...claimOf(guessing, 'guessing'), guess: window })
      assert.equal(await count(db, 'guesses', { account_id: account }), 1)
      await stores.engine.commit({ ...(await decided()), forget: guess })
      assert.equal(await count(db, 'guesses', { account_id: account }), 0)
    })
  })

  describe('a move in the middle that takes a code', () => {
    const world = opened(open)

    /** With a guess that is counted, and the code of another time than that of before. */
    async function taking(account: string, from: number) {
      const { stores } = world()
      const login = await stored(stores)
      const { id } = (await stores.engine.people().readCredential(account, 'totp'))!
      const guess = { account, factor: 'totp' }
      await stores.engine.claim({ ...claimOf(login, 'claim'), guess: { ...guess, sinceMs: 0 } })
      const advance: Write = {
        write: 'advance-counter',
        credential: id,
        from,
        to: from + 7,
        otherwise: 'invalid',
      }
      const events = [
        eventOf({ outcome: 'success', option: 'totp', caseIndex: 1, to: 'next' }),
        eventOf({
          outcome: 'decided',
          decided: [{ condition: 'true', result: 'true', inputs: {} }],
          reason: 'because',
        }),
      ]
      const facts = { ...login.facts, events: events.length }
      return {
        move: {
          login: { ...login, revision: 1, position: 'next', facts },
          claim: 'claim',
          from: 0,
          writes: [advance],
          forget: guess,
          wrong: undefined,
          events,
          nowMs: 0,
        },
        credential: id,
      }
    }

    async function left(id: string, account: string, credential: string) {
      const { db, stores } = world()
      return {
        position: (await stores.engine.findLogin(id))?.position,
        counter: Number(
          (await db('credentials').first('counter').where({ id: credential })).counter,
        ),
        guesses: await count(db, 'guesses', { account_id: account }),
        events: await count(db, 'login_events', { login_id: id }),
      }
    }

    it('is written whole: where it goes, the code that is over, no guess any more, and its story in order', async () => {
      const { db, stores } = world()
      const account = await addAccount(stores)
      const { move, credential } = await taking(account, 0)
      assert.equal(await stores.engine.commit(move), 'committed')
      const written = { position: 'next', counter: 7, guesses: 0, events: 2 }
      assert.deepEqual(await left(move.login.id, account, credential), written)
      const rows = await db('login_events').where({ login_id: move.login.id }).orderBy('seq')
      const told = rows.map(({ seq, at_ms, option_id, case_index, to_state, decided, reason }) => [
        ...[seq, Number(at_ms), option_id, case_index, to_state, decided, reason],
      ])
      const [first, second] = move.events
      const decided = JSON.stringify(second!.decided)
      assert.deepEqual(told, [
        [0, first!.atMs, 'totp', 1, 'next', null, null],
        [1, second!.atMs, null, null, 'sign-in', decided, 'because'],
      ])
    })

    it('is not written at all where the code has been taken meanwhile, or somebody else has the login (I-31)', async () => {
      const { engine } = world().stores
      const account = await addAccount(world().stores)
      const { move, credential } = await taking(account, 1)
      const nothing = { position: 'sign-in', counter: 0, guesses: 1, events: 0 }
      assert.equal(await engine.commit(move), 'conflict')
      assert.deepEqual(await left(move.login.id, account, credential), nothing)
      const writes = [{ ...move.writes[0]!, from: 0 }]
      for (const other of [{ claim: 'other' }, { from: 1 }]) {
        assert.equal(await engine.commit({ ...move, writes, ...other }), 'stale')
        assert.deepEqual(await left(move.login.id, account, credential), nothing)
      }
      assert.equal(await engine.commit({ ...move, writes }), 'committed')
    })

    it('is that of one login, of forty with the same code at once (security 92)', async () => {
      const { engine } = world().stores
      const account = await addAccount(world().stores)
      const all = await Promise.all(Array.from({ length: 40 }, () => taking(account, 0)))
      const ends = await Promise.all(all.map(({ move }) => engine.commit(move)))
      assert.equal(ends.filter((end) => end === 'committed').length, 1)
      assert.equal(ends.filter((end) => end === 'conflict').length, 39)
    })
  })

  describe('events of a login', () => {
    const world = opened(open)

    it('are appended in order, and one place holds one event', async () => {
      const { db, stores } = world()
      const { engine } = stores
      const blank = loginOf()
      const begun = { ...blank, facts: { ...blank.facts, events: 2 } }
      const first = [eventOf(), eventOf({ outcome: 'success', reason: 'session' })]
      await engine.transaction((tx) => tx.create(begun, first))
      const decided = [{ condition: 'true', result: 'true', inputs: {} }] as const
      const moved = { ...begun, revision: 1, facts: { ...begun.facts, events: 3 } }
      const next = [eventOf({ outcome: 'decided', decided })]
      await engine.transaction((tx) => tx.save(moved, next))

      const rows = await db('login_events').where({ login_id: begun.id }).orderBy('seq')
      assert.deepEqual(
        rows.map(({ seq, outcome }) => [seq, outcome]),
        [
          [0, 'begun'],
          [1, 'success'],
          [2, 'decided'],
        ],
      )
      assert.deepEqual(JSON.parse(rows[2].decided), decided)
      await assert.rejects(engine.transaction((tx) => tx.save(moved, next)))
    })
  })

  describe('a definition', () => {
    const world = opened(open)

    it('is kept once under its digest, and stays as it was first kept (I-21)', async () => {
      const { db, stores } = world()
      const keep = (body: string, ...digests: readonly string[]) =>
        stores.engine.keepDefinitions(
          digests.map((digest) => ({ digest, body: () => body })),
          startMs,
        )
      await keep('{"first":true}', 'sha256:aa')
      await keep('{"second":true}', 'sha256:aa', 'sha256:bb')
      assert.equal(await stores.engine.findDefinition('sha256:aa'), '{"first":true}')
      assert.equal(await stores.engine.findDefinition('sha256:bb'), '{"second":true}')
      assert.equal(await stores.engine.findDefinition('sha256:cc'), undefined)
      assert.equal(await storesOn(db, 'other').engine.findDefinition('sha256:aa'), undefined)
    })

    it('is kept by both of two nodes that start together with a thousand of them', async () => {
      const { stores } = world()
      const many = Array.from({ length: 1000 }, (_, at) => ({
        digest: `sha256:${at}`,
        body: () => `${at}`,
      }))
      await Promise.all([1, 2].map(() => stores.engine.keepDefinitions(many, startMs)))
      assert.equal(await stores.engine.findDefinition('sha256:999'), '999')
    })
  })
}
