import type { FhirAssumptions } from './assumptions.ts'
import { type JsonObject, objectIn, objectsIn, type Stored } from './json.ts'
import type { CoverageKind } from './state.ts'

export type OwnKind = CoverageKind | 'patient' | 'response'

/** The mark by which resources that this clinic's agent made are told from the EHR's own. */
export interface Origin {
  /** A name space of ours, e.g. `urn:onshi-agent:verification`. */
  system(name: string): string
  /** What we made of it; undefined for what somebody else made. */
  kindOf(resource: JsonObject): OwnKind | undefined
  /** With the mark, and the profile that it keeps to. */
  marked(resource: JsonObject, kind: OwnKind, profile: string | undefined): JsonObject
  /**
   * What a duplicate of ours becomes: an error that is found by no identifier of the patient, and
   * still by whoever refers to it.
   */
  retired(duplicate: Stored, keeper: Stored): Stored
}

const KINDS: readonly OwnKind[] = ['insurance', 'aid', 'patient', 'response']

export function originOf({ ownSystem }: FhirAssumptions, institutionCode: string): Origin {
  const system = (name: string) => `${ownSystem}${ownSystem.startsWith('urn:') ? ':' : '/'}${name}`
  const codeOf = (kind: OwnKind) => `${institutionCode}-${kind}`
  return {
    system,
    kindOf(resource) {
      const tags = objectsIn(objectIn(resource['meta'])['tag'])
      const codes = tags
        .filter((tag) => tag['system'] === system('origin'))
        .map((tag) => tag['code'])
      return KINDS.find((kind) => codes.includes(codeOf(kind)))
    },
    marked: (resource, kind, profile) => ({
      ...resource,
      meta: {
        ...(profile !== undefined && { profile: [profile] }),
        tag: [{ system: system('origin'), code: codeOf(kind) }],
      },
    }),
    retired(duplicate, keeper) {
      const value = `${duplicate.resourceType}/${duplicate.id}`
      const identifier = [{ system: system('duplicate'), value }]
      if (duplicate.resourceType !== 'Patient')
        return { ...duplicate, identifier, status: 'entered-in-error' }
      const other = { reference: `${keeper.resourceType}/${keeper.id}` }
      const link = [...objectsIn(duplicate['link']), { other, type: 'replaced-by' }]
      return { ...duplicate, identifier, active: false, link }
    },
  }
}
