import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { addAccount, claimOf, loginOf, type OpenDatabase, startMs, stored } from '../given.ts'
import { opened } from './opened.ts'

const together = <T>(times: number, act: (n: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: times }, (_, n) => act(n)))

export function claimTests(open: OpenDatabase): void {
  describe('a claim', () => {
    const world = opened(open)

    it('is had by one of forty submissions of one revision (security 7)', async () => {
      const { engine } = world().stores
      const login = await stored(world().stores)
      const taken = await together(40, (n) => engine.claim(claimOf(login, `claim-${n}`)))
      assert.equal(taken.filter((guesses) => guesses !== undefined).length, 1)
    })

    it('spends the attempt at once, whatever happens to the work', async () => {
      const { engine } = world().stores
      const login = await stored(world().stores)
      await engine.claim({ ...claimOf(login, 'crashed'), spent: { 'sign-in': 1 } })
      assert.deepEqual((await engine.findLogin(login.id))?.spent, { 'sign-in': 1 })
    })

    it('of a crashed process comes free after its deadline, and not before', async () => {
      const { engine } = world().stores
      const login = await stored(world().stores)
      await engine.claim(claimOf(login, 'crashed'))
      const at = (ms: number) => engine.claim(claimOf(login, `at-${ms}`, startMs + ms))
      assert.equal(await at(15_000), undefined)
      assert.equal(await at(15_001), 0)
    })

    it('is lost to whoever takes the login after the deadline (security 169)', async () => {
      const { engine } = world().stores
      const login = await stored(world().stores)
      await engine.claim(claimOf(login, 'paused'))
      await engine.claim(claimOf(login, 'other', startMs + 20_000))
      assert.equal(await engine.transaction((tx) => tx.take(login, 'paused')), false)
      assert.equal(await engine.transaction((tx) => tx.take(login, 'other')), true)
    })

    it('is taken over by a node whose clock is a minute ahead, and the work is written once (security 171)', async () => {
      const { engine } = world().stores
      const login = await stored(world().stores)
      const guesses = await engine.claim(claimOf(login, 'behind', startMs))
      assert.equal(guesses, 0)
      assert.equal(await engine.claim(claimOf(login, 'ahead', startMs + 60_000)), 0)
      const moveBy = (claim: string) => {
        const moved = { ...login, revision: 1, claim: undefined, claimUntilMs: undefined }
        const nothing = { writes: [], events: [], forget: undefined, wrong: undefined }
        return engine.commit({ login: moved, claim, from: 0, ...nothing, nowMs: startMs })
      }
      const ends = await Promise.all([moveBy('behind'), moveBy('ahead')])
      assert.deepEqual(ends, ['stale', 'committed'])
    })

    it('given back lets the next submission in at once', async () => {
      const { engine } = world().stores
      const login = await stored(world().stores)
      await engine.claim(claimOf(login, 'first'))
      await engine.release(login, 'not the one')
      assert.equal(await engine.claim(claimOf(login, 'second')), undefined)
      await engine.release(login, 'first')
      assert.equal(await engine.claim(claimOf(login, 'second')), 0)
    })

    it('is not had of a revision that is past, nor of a login that has ended', async () => {
      const { stores } = world()
      const login = await stored(stores, loginOf({ revision: 3 }))
      const past = { ...login, revision: 2 }
      assert.equal(await stores.engine.claim(claimOf(past, 'past')), undefined)
      const over = await stored(stores, loginOf({ status: 'ended' }))
      assert.equal(await stores.engine.claim(claimOf(over, 'late')), undefined)
    })

    it('is worth nothing once the login was ended under it (I-34)', async () => {
      const { engine, provider } = world().stores
      const login = await stored(world().stores, loginOf({ awaitedHash: 'awaited' }))
      await engine.claim(claimOf(login, 'slow'))
      await provider.endWithError(login, 'access_denied')
      assert.equal(await engine.transaction((tx) => tx.take(login, 'slow')), false)
      const ended = await engine.findLogin(login.id)
      assert.equal(ended?.status, 'ended')
      assert.equal(ended.facts.end?.error, 'access_denied')
      assert.equal(await engine.findAwaiting('awaited'), undefined)
    })
  })

  describe('guesses', () => {
    const world = opened(open)
    const windowMs = 900_000

    const guessing = async (account: string, factor: string, nowMs = startMs) => {
      const login = await stored(world().stores)
      const guess = { account, factor, sinceMs: nowMs - windowMs }
      return world().stores.engine.claim({ ...claimOf(login, 'claim', nowMs), guess })
    }

    it('are counted one by one over all logins at once (I-23, security 87)', async () => {
      const account = await addAccount(world().stores)
      const counts = await together(40, () => guessing(account, 'totp'))
      assert.deepEqual(
        counts.map(Number).sort((a, b) => a - b),
        Array.from({ length: 40 }, (_, n) => n + 1),
      )
    })

    it('are counted for each account and factor apart', async () => {
      const [one, other] = [await addAccount(world().stores), await addAccount(world().stores)]
      assert.equal(await guessing(one, 'totp'), 1)
      assert.equal(await guessing(one, 'password'), 1)
      assert.equal(await guessing(other, 'totp'), 1)
      assert.equal(await guessing(one, 'totp'), 2)
    })

    it('begin anew in a new window, which opens with the first of them', async () => {
      const account = await addAccount(world().stores)
      assert.equal(await guessing(account, 'totp', startMs), 1)
      assert.equal(await guessing(account, 'totp', startMs + windowMs), 2)
      assert.equal(await guessing(account, 'totp', startMs + windowMs + 1), 1)
      assert.equal(await guessing(account, 'totp', startMs + windowMs + 2), 2)
    })

    it('count what is sent to an address that is no account’s apart, in the same window', async () => {
      const sending = async (addressHash: string, nowMs = startMs) => {
        const login = await stored(world().stores)
        const guess = { addressHash, sinceMs: nowMs - windowMs }
        return world().stores.engine.claim({ ...claimOf(login, 'claim', nowMs), guess })
      }
      const counts = await together(10, () => sending('one'))
      assert.deepEqual(
        counts.map(Number).sort((a, b) => a - b),
        Array.from({ length: 10 }, (_, n) => n + 1),
      )
      assert.equal(await sending('other'), 1)
      assert.equal(await sending('one', startMs + windowMs + 1), 1)
    })

    it('are counted by a claim that is had, and by no other', async () => {
      const { engine } = world().stores
      const account = await addAccount(world().stores)
      const login = await stored(world().stores)
      const guess = { account, factor: 'totp', sinceMs: 0 }
      await together(10, (n) => engine.claim({ ...claimOf(login, `claim-${n}`), guess }))
      assert.equal(await guessing(account, 'totp'), 2)
    })

    it('are forgotten with the right one', async () => {
      const account = await addAccount(world().stores)
      await guessing(account, 'totp')
      await guessing(account, 'totp')
      await world().stores.engine.transaction((tx) => tx.forgetGuesses({ account, factor: 'totp' }))
      assert.equal(await guessing(account, 'totp'), 1)
    })
  })
}
