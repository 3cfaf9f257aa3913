import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { applyWrite } from '../../../src/store/writes.ts'
import {
  addAccount,
  finishedLogin,
  type OpenDatabase,
  organisation,
  sessionOf,
  startMs,
} from '../given.ts'
import { opened } from './opened.ts'

export function deviceTests(open: OpenDatabase): void {
  describe('a device', () => {
    const world = opened(open)

    it('is known to one account and one application, by one of its secrets, until its time', async () => {
      const { db, stores } = world()
      const [jane, bo] = [await addAccount(stores), await addAccount(stores)]
      const device = { account: jane, application: 'thrift', secretHash: 'h', expiresMs: startMs }
      const write = { write: 'keep-device', otherwise: 'skip', ...device } as const
      assert.equal(await applyWrite(db, organisation, stores.seals.credentials, write, 0), true)
      assert.equal(await applyWrite(db, organisation, stores.seals.credentials, write, 0), false)
      const people = stores.engine.people()
      const known = (account: string, application: string, hashes: string[], nowMs = 0) =>
        people.isDeviceKnown(account, application, hashes, nowMs)
      assert.equal(await known(jane, 'thrift', ['other', 'h']), true)
      assert.equal(await known(jane, 'thrift', ['other']), false)
      assert.equal(await known(jane, 'vault', ['h']), false)
      assert.equal(await known(bo, 'thrift', ['h']), false)
      assert.equal(await known(jane, 'thrift', ['h'], startMs), false)
    })

    it('gets another secret from each of two tabs that come at once, good for as long as before', async () => {
      const { db, stores } = world()
      const account = await addAccount(stores)
      const expiresMs = startMs + 86_400_000
      const device = { account, application: 'thrift', secretHash: 'h', expiresMs }
      const write = { write: 'keep-device', otherwise: 'skip', ...device } as const
      await applyWrite(db, organisation, stores.seals.credentials, write, startMs)
      const asked = { ...finishedLogin(account), application: 'thrift' }
      const login = {
        ...asked,
        facts: { ...asked.facts, devices: ['h'], recorded: { 'device.known': true } },
      }
      const tabs = [stores.provider.open(), stores.provider.open()]
      for (const [at, tab] of tabs.entries()) {
        assert.equal(await tab.replaceDevice(login, `h${at}`), 'h')
      }
      for (const tab of tabs) await tab.commit()
      const people = stores.engine.people()
      const known = (hash: string, nowMs: number) =>
        people.isDeviceKnown(account, 'thrift', [hash], nowMs)
      for (const hash of ['h0', 'h1']) {
        assert.equal(await known(hash, expiresMs - 1), true, hash)
        assert.equal(await known(hash, expiresMs), false, hash)
      }
      assert.equal(await known('h', startMs + 61_000), false)
    })

    it('is not among those where somebody is signed in elsewhere, and neither is an expired session', async () => {
      const { stores } = world()
      const account = await addAccount(stores)
      for (const [uid, browserHash] of [
        ['here', 'this browser'],
        ['there', 'that browser'],
      ] as const) {
        const login = finishedLogin(account, { browserHash })
        await stores.engine.transaction((tx) => tx.create(login, []))
        const unit = stores.provider.open()
        unit.upsert('Session', `jti-${uid}`, sessionOf(uid, account), 600)
        unit.answer(login, { response: '{}', code: undefined })
        await unit.commit()
      }
      const people = stores.engine.people()
      const others = await people.otherSessions(account, 'this browser', startMs)
      assert.deepEqual(others, [{ id: 'there', sinceMs: startMs }])
      assert.deepEqual(await people.otherSessions(account, 'this browser', startMs + 700_000), [])
    })
  })
}
