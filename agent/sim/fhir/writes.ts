import { setTimeout as sleep } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import type { Bank, Stored } from './bank.ts'
import { asObject, type JsonObject, type Resource } from './json.ts'
import type { Issue } from './outcome.ts'
import { profileIssues } from './profiles.ts'
import { referenceIssues } from './references.ts'
import { type Done, goodWrite, refuse, refuseAll } from './reply.ts'
import type { Preferences } from './request.ts'
import { search } from './search.ts'
import type { Tally } from './stats.ts'
import { walkStructure } from './structure.ts'
import type { ResourceType } from './types.ts'

/** How this server differs from others that are as conformant. */
export interface Manners {
  /** Whether PUT with an id that is not there makes it (else 405). */
  readonly updateCreates: boolean
  /** Whether writing a Patient is forbidden (403). */
  readonly patientReadOnly: boolean
  /**
   * Between looking for what is there and writing. Real servers have such a window: of two
   * conditional creates in it both create, and of two updates the later one is 409.
   */
  readonly raceMs: number
}

export interface Parts {
  readonly bank: Bank
  readonly tally: Tally
  readonly manners: Manners
  /** Without a trailing slash. */
  base(): string
  readonly signal: AbortSignal
}

/** What a write is to be done to. */
export interface Write {
  readonly type: ResourceType
  readonly json: unknown
  readonly preferences: Preferences
  readonly ifMatch: number | 'wrong' | undefined
}

type Checked =
  | { readonly is: 'good'; readonly resource: Resource }
  | { readonly is: 'refused'; readonly done: Done }

const SUBSTANCE: readonly string[] = ['not-found', 'business-rule', 'invariant', 'multiple-matches']

/** 400 for what cannot be read as the resource; 422 for one that breaks a rule. */
const statusOf = (issues: readonly Issue[]) =>
  issues.every(({ code }) => SUBSTANCE.includes(code)) ? 422 : 400

const check = ({ type, json }: Write, parts: Parts): Checked => {
  const refused = (done: Done): Checked => ({ is: 'refused', done })
  const object = asObject(json)
  if (object === undefined)
    return refused(refuse(400, 'structure', '', 'the body is no JSON object'))
  if (object['resourceType'] !== type)
    return refused(refuse(400, 'structure', 'resourceType', `${type}, as the path says`))
  const { issues, references } = walkStructure(object, type)
  if (issues.length > 0) return refused(refuseAll(statusOf(issues), issues))
  const resource = { ...object, resourceType: type }
  const more = [
    ...profileIssues(resource, type),
    ...referenceIssues(resource, references, parts.bank, parts.base()),
  ]
  return more.length === 0 ? { is: 'good', resource } : refused(refuseAll(422, more))
}

const isForbidden = (type: ResourceType, { manners }: Parts) =>
  manners.patientReadOnly && type === 'Patient'

const forbidden = () =>
  refuse(403, 'forbidden', '', 'patients are written by the clinic’s own staff')

const passWindow = async ({ manners, signal }: Parts) => {
  if (manners.raceMs > 0) await sleep(manners.raceMs, undefined, { signal })
}

const create = (resource: Resource, { preferences }: Write, parts: Parts, id?: string): Done => {
  parts.tally.add('created')
  return goodWrite(201, parts.bank.write(resource, id), preferences, parts.base())
}

const withoutVersion = ({ meta, ...rest }: JsonObject): JsonObject => {
  const { versionId: _, lastUpdated: __, ...kept } = { ...asObject(meta) }
  return { ...rest, meta: kept }
}

const update = (seen: Stored, resource: Resource, write: Write, parts: Parts): Done => {
  const { type, id, version } = seen
  const current = parts.bank.get(type, id)
  if (write.ifMatch === 'wrong') return refuse(400, 'value', '', 'If-Match is as W/"1"')
  if (write.ifMatch !== undefined && write.ifMatch !== current?.version)
    return refuse(412, 'conflict', '', 'If-Match names another version than the current one')
  if (current?.version !== version)
    return refuse(409, 'conflict', '', 'another update came in between')
  const alike = isDeepStrictEqual(
    withoutVersion(seen.resource),
    withoutVersion({ ...resource, id }),
  )
  parts.tally.add('updated')
  if (alike) parts.tally.add('updatedAlike')
  return goodWrite(200, parts.bank.write(resource, id), write.preferences, parts.base())
}

/** The one resource that a condition means; `none`; or why that cannot be said. */
type Meant =
  | { readonly is: 'none' }
  | { readonly is: 'one'; readonly stored: Stored }
  | { readonly is: 'refused'; readonly done: Done }

const meantBy = (parameters: URLSearchParams, { type }: Write, parts: Parts): Meant => {
  const found = search({ type, parameters, strict: true }, parts.bank, parts.base())
  if (found.is === 'refused') return { is: 'refused', done: refuseAll(found.status, [found.issue]) }
  if (found.used.size === 0)
    return { is: 'refused', done: refuse(412, 'value', '', 'the condition is empty') }
  const [first, ...others] = found.matches
  if (first === undefined) return { is: 'none' }
  if (others.length === 0) return { is: 'one', stored: first }
  return {
    is: 'refused',
    done: refuse(412, 'multiple-matches', '', 'the condition holds for several resources'),
  }
}

/** POST, with the query of `If-None-Exist` when there is one. */
export const carryOutCreate = async (
  write: Write,
  condition: URLSearchParams | undefined,
  parts: Parts,
): Promise<Done> => {
  if (isForbidden(write.type, parts)) return forbidden()
  const checked = check(write, parts)
  if (checked.is === 'refused') return checked.done
  if (condition === undefined) return create(checked.resource, write, parts)
  const meant = meantBy(condition, write, parts)
  if (meant.is === 'refused') return meant.done
  if (meant.is === 'one') {
    parts.tally.add('found')
    return goodWrite(200, meant.stored, write.preferences, parts.base())
  }
  await passWindow(parts)
  return create(checked.resource, write, parts)
}

/** PUT of an instance. */
export const carryOutUpdate = async (write: Write, id: string, parts: Parts): Promise<Done> => {
  const { type } = write
  if (isForbidden(type, parts)) return forbidden()
  const checked = check(write, parts)
  if (checked.is === 'refused') return checked.done
  const { resource } = checked
  if (resource['id'] !== id)
    return refuse(400, 'value', `${type}.id`, 'the id is not that of the path')
  const seen = parts.bank.get(type, id)
  if (seen === undefined) {
    if (write.ifMatch !== undefined)
      return refuse(412, 'conflict', '', 'If-Match names a version of what does not exist')
    if (!parts.manners.updateCreates)
      return refuse(405, 'not-supported', '', 'an update does not create here')
    return create(resource, write, parts, id)
  }
  await passWindow(parts)
  return update(seen, resource, write, parts)
}

/** PUT of a type with a query. */
export const carryOutConditionalUpdate = async (
  write: Write,
  condition: URLSearchParams,
  parts: Parts,
): Promise<Done> => {
  const { type } = write
  if (isForbidden(type, parts)) return forbidden()
  const checked = check(write, parts)
  if (checked.is === 'refused') return checked.done
  const { resource } = checked
  const meant = meantBy(condition, write, parts)
  if (meant.is === 'refused') return meant.done
  await passWindow(parts)
  if (meant.is === 'none') {
    if (resource['id'] !== undefined)
      return refuse(400, 'value', `${type}.id`, 'an id, and no such resource to update')
    return create(resource, write, parts)
  }
  if (resource['id'] !== undefined && resource['id'] !== meant.stored.id)
    return refuse(400, 'value', `${type}.id`, 'the id is not that of the resource found')
  return update(meant.stored, resource, write, parts)
}
