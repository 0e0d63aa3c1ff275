import {
  indexStructureDefinitionBundle,
  loadDataType,
  OperationOutcomeError,
  validateTypedValue,
} from '@medplum/core'
import { Type } from 'typebox'
import { Check } from 'typebox/value'
import { type Definitions, readDefinitions, type Structure } from './fhir/definitions.ts'
import {
  choices,
  contained,
  extensionsIn,
  type Issue,
  organizations,
  type Place,
  profiledValues,
  referenceTargets,
  slices,
  timesOfDay,
  typedValues,
} from './fhir/gaps.ts'
import { JP_CORE } from './fhir/jp-core.ts'
import { withSnapshot } from './fhir/snapshot.ts'

export type { Issue } from './fhir/gaps.ts'

const Resource = Type.Object({
  resourceType: Type.String(),
  meta: Type.Optional(Type.Object({ profile: Type.Optional(Type.Array(Type.String())) })),
})

const Outcome = Type.Array(
  Type.Object({
    details: Type.Optional(Type.Object({ text: Type.Optional(Type.String()) })),
    expression: Type.Optional(Type.Array(Type.String())),
  }),
)

export interface FhirValidator {
  /**
   * What is wrong with a resource by base R4, by every profile in its meta.profile and by the
   * definition of every extension in it. A profile or an extension that is not known is an issue.
   */
  validate(resource: unknown): readonly Issue[]
}

const issuesOf = (outcome: unknown): readonly Issue[] => {
  if (!Check(Outcome, outcome)) throw new Error('Medplum gave issues of another shape')
  return outcome.map(({ details, expression = [] }) => ({
    at: expression[0] ?? '',
    says: details?.text ?? 'no text',
  }))
}

const Tokens = Type.Record(
  Type.String(),
  Type.Array(Type.Object({ path: Type.String(), value: Type.Unknown() })),
)

/** Medplum names the codes with a required binding, and asks nobody whether they are in it. */
const wrongCodes = (tokens: unknown, known: Definitions['codes']): readonly Issue[] => {
  if (!Check(Tokens, tokens)) throw new Error('Medplum gave tokens of another shape')
  return Object.entries(tokens).flatMap(([url, places]) => {
    const allowed = known.get(url.split('|')[0] ?? '')
    return places
      .filter(({ value }) => typeof value === 'string' && allowed?.has(value) === false)
      .map(({ path }) => ({ at: path, says: `not in ${url}` }))
  })
}

const verdict = (type: string, value: unknown, options: object): readonly Issue[] => {
  try {
    return issuesOf(validateTypedValue({ type, value }, options))
  } catch (error) {
    if (!(error instanceof OperationOutcomeError)) throw error
    return issuesOf(error.outcome.issue)
  }
}

/** Medplum's verdict; its warnings count, as they are errors that it lets older records have. */
const medplum = (
  { at, value }: Place,
  type: string,
  profile: Structure,
  known: Definitions['codes'],
): readonly Issue[] => {
  const tokens = {}
  const found = verdict(type, value, { collect: { tokens }, profile })
  return [...found, ...wrongCodes(tokens, known)].map((issue) => ({
    ...issue,
    at: issue.at.replace(new RegExp(`^${type}\\b`), () => at),
  }))
}

const distinct = (issues: readonly Issue[]): readonly Issue[] => [
  ...new Map(issues.map((issue) => [`${issue.at} ${issue.says}`, issue])).values(),
]

/** Reads the definitions of R4, and makes those of JP Core from them; under a second. */
export const openFhirValidator = (): FhirValidator => {
  const { structures, codes: knownCodes } = readDefinitions()
  indexStructureDefinitionBundle([...structures])
  for (const structure of structures) loadDataType(structure)
  const byUrl = new Map(structures.map((structure) => [structure.url, structure]))
  const byType = new Map(
    structures.filter(({ url, type }) => url.endsWith(`/${type}`)).map((one) => [one.type, one]),
  )
  for (const profile of JP_CORE) byUrl.set(profile.url, withSnapshot(profile, byType))

  /** A value against one definition of its type, and each of its parts against that of its own. */
  const against = (place: Place, type: string, structure: Structure): readonly Issue[] => [
    ...medplum(place, type, structure, knownCodes),
    ...choices(place, structure),
    ...slices(place, structure),
    ...referenceTargets(place, structure),
    ...typedValues(place, structure).flatMap((one) => {
      const dataType = byType.get(one.type)
      return dataType === undefined ? [] : against(one.place, one.type, dataType)
    }),
    ...profiledValues(place, structure).flatMap((one) => claimed(one.place, one.type, one.profile)),
  ]
  const claimed = (place: Place, type: string, url: string): readonly Issue[] => {
    const structure = byUrl.get(url.split('|')[0] ?? '')
    if (structure === undefined) return [{ at: place.at, says: `unknown profile ${url}` }]
    return structure.type === type
      ? against(place, type, structure)
      : [{ at: place.at, says: `${url} is a profile of ${structure.type}` }]
  }
  return {
    validate: (resource) => {
      if (!Check(Resource, resource)) return [{ at: '', says: 'no resource' }]
      const type = resource.resourceType
      const base = byType.get(type)
      if (base === undefined) return [{ at: '', says: `no definition of ${type} is kept` }]
      const place = { at: type, value: resource }
      const profiles = resource.meta?.profile ?? []
      return distinct([
        ...against(place, type, base),
        ...profiles.flatMap((url) => claimed(place, type, url)),
        ...extensionsIn(place).flatMap((one) => claimed(one.place, 'Extension', one.url)),
        ...timesOfDay(place),
        ...contained(place),
        ...organizations(place),
      ])
    },
  }
}
