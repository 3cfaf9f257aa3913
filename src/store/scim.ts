/** What an upstream keeps here by SCIM: its people, and its groups. */
import type { Knex } from 'knex'
import type { Actor } from '../engine/administration.ts'
import type { Scim } from '../engine/scim.ts'
import type { Sealer } from '../kit/seal.ts'
import { addGroup, changeGroup, findGroup, listGroups, removeGroup } from './scim-groups.ts'
import { addPerson, changePerson, findPerson, listPeople, removePerson } from './scim-people.ts'

/** Of which connection, and by whom. */
export interface ScimPlace {
  readonly organisation: string
  readonly seal: Sealer
  readonly connection: string
  /** The directory that its people get their accounts in. */
  readonly directory: string
  /** Groups here by a group there. */
  readonly groups: Readonly<Record<string, readonly string[]>>
  readonly by: Actor
}

export function openScim(db: Knex, place: ScimPlace): Scim {
  return {
    findPerson: (id) => findPerson(db, place, id),
    listPeople: (query) => listPeople(db, place, query),
    addPerson: (asked, nowMs) => addPerson(db, place, asked, nowMs),
    changePerson: (id, change, nowMs) => changePerson(db, place, id, change, nowMs),
    removePerson: (id, expected, nowMs) => removePerson(db, place, id, expected, nowMs),
    findGroup: (id) => findGroup(db, place, id),
    listGroups: (query) => listGroups(db, place, query),
    addGroup: (asked, nowMs) => addGroup(db, place, asked, nowMs),
    changeGroup: (id, change, nowMs) => changeGroup(db, place, id, change, nowMs),
    removeGroup: (id, expected, nowMs) => removeGroup(db, place, id, expected, nowMs),
  }
}
