import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { loadFlows } from '../../src/language/load.ts'
import { stepTypes } from '../../src/steps/index.ts'
import { filesWith } from '../support/world.ts'

const corp = (settings: string) => `
connections:
  corp:
    title: Corp
    protocol: oidc
    issuer: https://login.corp.example
    clientId: sallyport
    clientSecret: \${env:CORP_SECRET}
${settings}
  google:
    title: Google
    protocol: oidc
    issuer: https://accounts.example
    clientId: sallyport
    clientSecret: \${env:GOOGLE_SECRET}
  github:
    title: GitHub
    protocol: oidc
    issuer: https://github.example
    clientId: sallyport
    clientSecret: \${env:GITHUB_SECRET}
`

const flowBy = (name: string) => `
flow: thrift
title: Sign in
applications: [thrift]
start: sign-in
states:
  sign-in:
    offer: [corp]
    on: { success: done, unknown: find, denied: no, blocked: no, exhausted: no }
  find:
    run: link
    with: { rules: [{ when: identity.connection == 'corp', match: [${name}] }] }
    on: { success: done, pending: no, unknown: no, conflict: no, blocked: no, rejected: no }
  done: { end: success }
  no: { end: failure, error: access_denied }
`

function problemsOf(settings: string, name = 'employeeNumber'): string[] {
  const files = filesWith({ 'connections.yaml': corp(settings), 'thrift.yaml': flowBy(name) })
  return loadFlows(files, stepTypes).problems.map(({ message }) => message)
}

const attributes =
  '    attributes: { employeeNumber: claims.number, nickname: claims.nick, teams: { from: claims.teams, type: texts } }'

describe('attributes that accounts are found by', () => {
  it('are made by a connection that is believed in them (W-7)', () => {
    assert.deepEqual(problemsOf(`${attributes}\n    identifies: [employeeNumber]`), [])
    assert.deepEqual(problemsOf(attributes, 'email'), [])
  })

  it('a rule by one that no connection is believed in is a problem of the file (W-8)', () => {
    assert.deepEqual(problemsOf(attributes), ['no connection is believed in `employeeNumber`'])
  })

  for (const [name, why] of [
    ['costCentre', 'is not made'],
    ['teams', 'is a list'],
    ['nickname', 'people write of themselves'],
  ] as const) {
    it(`nobody is found by one that ${why}`, () => {
      const told = problemsOf(`${attributes}\n    identifies: [employeeNumber, ${name}]`)
      assert.deepEqual(told, [`\`${name}\` is nothing that somebody can be found by`])
    })
  }
})
