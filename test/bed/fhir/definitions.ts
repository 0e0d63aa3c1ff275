import { readFileSync } from 'node:fs'
import { type Static, type TSchema, Type } from 'typebox'
import { Check } from 'typebox/value'

const Text = Type.Optional(Type.String())

/** What is looked at of an ElementDefinition; the rest passes through. */
export const Element = Type.Object({
  id: Type.String(),
  path: Type.String(),
  sliceName: Text,
  min: Type.Optional(Type.Number()),
  max: Text,
  fixedUri: Text,
  slicing: Type.Optional(Type.Unknown()),
  type: Type.Optional(
    Type.Array(
      Type.Object({
        code: Type.String(),
        profile: Type.Optional(Type.Array(Type.String())),
        targetProfile: Type.Optional(Type.Array(Type.String())),
      }),
    ),
  ),
})
export type Element = Static<typeof Element>

export const Structure = Type.Object({
  resourceType: Type.Literal('StructureDefinition'),
  url: Type.String(),
  type: Type.String(),
  snapshot: Type.Object({ element: Type.Array(Element) }),
})
export type Structure = Static<typeof Structure>

const ValueSet = Type.Object({
  resourceType: Type.Literal('ValueSet'),
  url: Type.String(),
  compose: Type.Object({
    include: Type.Array(
      Type.Object({
        system: Type.String(),
        concept: Type.Optional(Type.Array(Type.Object({ code: Type.String() }))),
      }),
    ),
  }),
})

const CodeSystem = Type.Object({
  resourceType: Type.Literal('CodeSystem'),
  url: Type.String(),
  // Those of required bindings are flat.
  concept: Type.Array(Type.Object({ code: Type.String() })),
})

/** The definitions of FHIR R4 that are kept, as they came. */
export interface Definitions {
  readonly structures: readonly Structure[]
  /** Codes by the canonical of their value set, without a version. */
  readonly codes: ReadonlyMap<string, ReadonlySet<string>>
}

const FILE = new URL('../../fixtures/fhir/hl7.fhir.r4-4.0.1.ndjson', import.meta.url)

const of = <T extends TSchema>(schema: T, values: readonly unknown[]): readonly Static<T>[] =>
  values.filter((value): value is Static<T> => Check(schema, value))

/** Reads the kept definitions. Throws when a line is none of the kinds that are kept. */
export const readDefinitions = (): Definitions => {
  const lines = readFileSync(FILE, 'utf8').trim().split('\n')
  const values = lines.map((line): unknown => JSON.parse(line))
  const structures = of(Structure, values)
  const valueSets = of(ValueSet, values)
  const systems = new Map(of(CodeSystem, values).map(({ url, concept }) => [url, concept]))
  if (structures.length + valueSets.length + systems.size !== values.length)
    throw new Error('a definition of FHIR R4 is not of the shape that is read')
  const codes = valueSets.map(({ url, compose }) => {
    const included = compose.include.flatMap(
      ({ system, concept }) => concept ?? systems.get(system),
    )
    return [url, new Set(included.map((one) => one?.code ?? ''))] as const
  })
  return { structures, codes: new Map(codes) }
}
