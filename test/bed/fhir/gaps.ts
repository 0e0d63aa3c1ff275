/**
 * What @medplum/core 5.2 does not look at, each a check of its own over the same definitions. Where a
 * later version does, the check can go.
 */
import type { Element, Structure } from './definitions.ts'

/** One thing that is wrong, and where. */
export interface Issue {
  /** As FHIRPath, with indices. */
  readonly at: string
  readonly says: string
}

/** A value in a resource, and where it is. */
export interface Place {
  readonly at: string
  readonly value: unknown
}

const property = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined

/** Each value at a property: those of a list, or the one; none when it is not there. */
const under = ({ at, value }: Place, name: string): readonly Place[] => {
  const found = property(value, name)
  if (found === undefined) return []
  if (!Array.isArray(found)) return [{ at: `${at}.${name}`, value: found }]
  return found.map((one: unknown, index) => ({ at: `${at}.${name}[${index}]`, value: one }))
}

/** The values at a path that begins with the name of `root`'s own type. */
const valuesAt = (root: Place, path: string): readonly Place[] =>
  path
    .split('.')
    .slice(1)
    .reduce<readonly Place[]>(
      (places, name) => places.flatMap((place) => under(place, name)),
      [root],
    )

/** Every object in the value, itself included. */
const objectsIn = (place: Place): readonly Place[] => {
  const { value } = place
  if (typeof value !== 'object' || value === null) return []
  return [place, ...Object.keys(value).flatMap((name) => under(place, name).flatMap(objectsIn))]
}

/** The targets of a Reference; canonicals end in the type, which JP Core writes JP_Type. */
const targetTypes = (profiles: readonly string[]) =>
  profiles.map((url) => (url.split('/').at(-1) ?? '').replace(/^JP_/, ''))

const wrongTarget = ({ at, value }: Place, profiles: readonly string[]): readonly Issue[] => {
  const reference = property(value, 'reference')
  const literal = typeof reference === 'string' ? /^([A-Z]\w+)\//.exec(reference)?.[1] : undefined
  const type = literal ?? property(value, 'type')
  const allowed = targetTypes(profiles)
  return type === undefined || allowed.includes(String(type))
    ? []
    : [{ at, says: `refers to ${String(type)}, not to ${allowed.join(' or ')}` }]
}

/** Part of its resource, looked at elsewhere, or not to be judged without its resource. */
const NO_DATA_TYPES = ['BackboneElement', 'Element', 'Extension', 'Resource', 'Reference']

const isInSlice = ({ id }: Element) => id.includes(':')

/** Medplum gives no more than a warning, and none where a target is a profile. */
export const referenceTargets = (root: Place, { snapshot }: Structure): readonly Issue[] =>
  snapshot.element
    .filter((element) => !isInSlice(element))
    .flatMap(({ path, type = [] }) =>
      type.flatMap(({ targetProfile }) =>
        targetProfile === undefined
          ? []
          : valuesAt(root, path).flatMap((place) => wrongTarget(place, targetProfile)),
      ),
    )

/** Medplum takes any type of a choice, also where a profile allows but some. */
export const choices = (root: Place, { snapshot }: Structure): readonly Issue[] =>
  snapshot.element
    .filter((element) => element.path.endsWith('[x]') && !isInSlice(element))
    .flatMap(({ path, type = [] }) => {
      const name = path.split('.').at(-1)?.replace('[x]', '') ?? ''
      const allowed = type.map(
        ({ code }) => `${name}${code.charAt(0).toUpperCase()}${code.slice(1)}`,
      )
      return valuesAt(root, path.slice(0, path.lastIndexOf('.'))).flatMap(({ at, value }) =>
        Object.keys(Object(value))
          .filter((key) => new RegExp(`^${name}[A-Z]`).test(key) && !allowed.includes(key))
          .map((key) => ({ at: `${at}.${key}`, says: `not one of ${allowed.join(', ')}` })),
      )
    })

/** The members of a slice: by the url of an extension's profile, or by a fixed system. */
const membersOf = (root: Place, slice: Element, { snapshot }: Structure): readonly Place[] => {
  const url = slice.type?.[0]?.profile?.[0]
  const system = snapshot.element.find(({ id }) => id === `${slice.id}.system`)?.fixedUri
  return valuesAt(root, slice.path).filter(({ value }) =>
    slice.path.endsWith('.extension')
      ? property(value, 'url') === url
      : system !== undefined && property(value, 'system') === system,
  )
}

const most = (max: string | undefined) =>
  max === undefined || max === '*' ? Number.POSITIVE_INFINITY : Number(max)

/** Medplum counts slices by their system, and neither those by a profile's url nor what is in one. */
export const slices = (root: Place, structure: Structure): readonly Issue[] => {
  const { element } = structure.snapshot
  return element
    .filter(({ sliceName }) => sliceName !== undefined)
    .flatMap((slice) => {
      const members = membersOf(root, slice, structure)
      const isTooMany = slice.path.endsWith('.extension') && members.length > most(slice.max)
      const children = element.filter(({ id }) => id.startsWith(`${slice.id}.`))
      const missing = children
        .filter(({ min = 0 }) => min > 0)
        .flatMap(({ id }) => {
          const name = id.split('.').at(-1) ?? ''
          return members
            .filter((member) => under(member, name).length === 0)
            .map(({ at }) => ({ at: `${at}.${name}`, says: `is mandatory in ${slice.sliceName}` }))
        })
      const targets = children.flatMap(({ id, type = [] }) =>
        type.flatMap(({ targetProfile }) =>
          members.flatMap((member) =>
            under(member, id.split('.').at(-1) ?? '').flatMap((place) =>
              targetProfile === undefined ? [] : wrongTarget(place, targetProfile),
            ),
          ),
        ),
      )
      const count = isTooMany
        ? [{ at: root.at, says: `more than ${slice.max} of ${slice.sliceName}` }]
        : []
      return [...count, ...missing, ...targets]
    })
}

/** Medplum checks the invariants that an element repeats, and not those of its data type: per-1, qty-3. */
export const typedValues = (root: Place, { snapshot }: Structure) =>
  snapshot.element
    .filter((element) => element.path.includes('.') && !isInSlice(element))
    .flatMap(({ path, type = [] }) =>
      type
        .filter(({ code }) => /^[A-Z]/.test(code) && !NO_DATA_TYPES.includes(code))
        .flatMap(({ code }) =>
          valuesAt(
            root,
            path.replace('[x]', () => code),
          ).map((place) => ({ place, type: code })),
        ),
    )

/** Values of a data type that must be of a profile of it: what JP_HumanName is for a name. */
export const profiledValues = (root: Place, { snapshot }: Structure) =>
  snapshot.element
    .filter((element) => !isInSlice(element))
    .flatMap(({ path, type = [] }) =>
      type.flatMap(({ code, profile: [profile] = [] }) =>
        profile === undefined || code === 'Extension'
          ? []
          : valuesAt(root, path).map((place) => ({ place, type: code, profile })),
      ),
    )

/** A time of day: seconds and a zone are a must, which Medplum lets go by. */
const FULL_TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/

export const timesOfDay = (root: Place): readonly Issue[] =>
  objectsIn(root).flatMap(({ at, value }) =>
    Object.entries(Object(value)).flatMap(([name, text]) =>
      typeof text === 'string' && /^\d{4}-\d{2}-\d{2}T/.test(text) && !FULL_TIME.test(text)
        ? [{ at: `${at}.${name}`, says: 'a time needs seconds and a zone' }]
        : [],
    ),
  )

/**
 * dom-3, which Medplum leaves out as its FHIRPath has no descendants(): what is contained is referred
 * to. And ref-1, which it does not look at in a data type: what is referred to as contained is.
 */
export const contained = (root: Place): readonly Issue[] => {
  const references = objectsIn(root).flatMap(({ at, value }) => {
    const reference = property(value, 'reference')
    return typeof reference === 'string' && reference.startsWith('#') ? [{ at, reference }] : []
  })
  const places = under(root, 'contained').map(({ at, value }) => ({
    at,
    reference: `#${String(property(value, 'id'))}`,
  }))
  const lacks = (list: readonly { readonly reference: string }[], reference: string) =>
    list.every((one) => one.reference !== reference)
  return [
    ...places
      .filter(({ reference }) => lacks(references, reference))
      .map(({ at }) => ({ at, says: 'dom-3: contained, and nothing refers to it' })),
    ...references
      .filter(({ reference }) => lacks(places, reference))
      .map(({ at }) => ({ at, says: 'ref-1: refers to nothing that is contained' })),
  ]
}

/** org-1, which Medplum leaves out for older records of its own. */
export const organizations = (root: Place): readonly Issue[] =>
  objectsIn(root)
    .filter(({ value }) => property(value, 'resourceType') === 'Organization')
    .filter(({ value }) =>
      ['name', 'identifier'].every((one) => property(value, one) === undefined),
    )
    .map(({ at }) => ({ at, says: 'org-1: a name or an identifier' }))

/** The extensions in a resource, wherever they are, with their url. */
export const extensionsIn = (root: Place) =>
  objectsIn(root)
    .filter(({ at }) => /\.(modifierE|e)xtension\[\d+\]$/.test(at))
    .map((place) => ({ place, url: String(property(place.value, 'url')) }))
