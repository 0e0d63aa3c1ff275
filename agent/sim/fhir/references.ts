import { type Bank, identifierKey, relativeTo } from './bank.ts'
import { asObject, type JsonObject, objectsIn, type Resource, textOf } from './json.ts'
import { type Issue, issue } from './outcome.ts'
import type { Met } from './structure.ts'

/** `Type/id`, perhaps with a version, relative to this server. */
const LITERAL = /^([A-Z]\w+)\/([A-Za-z0-9\-.]{1,64})(?:\/_history\/\w+)?$/

const nameOf = (targets: readonly string[] | undefined) => targets?.join(' or ') ?? 'any type'

const allows = (targets: readonly string[] | undefined, type: string) =>
  targets === undefined || targets.includes(type)

const containedIssue = (text: string, met: Met, resource: Resource): Issue | undefined => {
  const found = objectsIn(resource['contained']).find(({ id }) => `#${String(id)}` === text)
  if (found === undefined)
    return issue('not-found', met.at, 'refers to no resource that is contained')
  return allows(met.targets, String(found['resourceType']))
    ? undefined
    : issue('structure', met.at, `may refer to ${nameOf(met.targets)}`)
}

const literalIssue = (text: string, met: Met, bank: Bank, base: string): Issue | undefined => {
  const [, type = '', id = ''] = LITERAL.exec(relativeTo(base, text)) ?? []
  if (type === '')
    return issue('not-supported', met.at, 'a reference to another server, or no reference')
  if (!allows(met.targets, type))
    return issue('structure', met.at, `may refer to ${nameOf(met.targets)}, not to ${type}`)
  const { type: said } = met.reference
  if (said !== undefined && said !== type)
    return issue('structure', met.at, 'the type of the reference is not that of its target')
  return bank.get(type, id) === undefined
    ? issue('not-found', met.at, `refers to a ${type} that does not exist here`)
    : undefined
}

/**
 * A reference by identifier alone. That of a patient must find exactly one: a record without its
 * patient is lost. An insurer may be unknown here.
 */
const logicalIssue = (identifier: JsonObject, met: Met, bank: Bank): Issue | undefined => {
  const type =
    textOf(met.reference['type']) ?? (met.targets?.length === 1 ? met.targets[0] : undefined)
  if (type === undefined)
    return issue('structure', met.at, 'an identifier needs the type of its target')
  if (!allows(met.targets, type))
    return issue('structure', met.at, `may refer to ${nameOf(met.targets)}`)
  if (type !== 'Patient') return undefined
  const token = { system: String(identifier['system']), value: String(identifier['value']) }
  const { length } = bank.find('Patient', identifierKey(token))
  if (length === 1) return undefined
  return length === 0
    ? issue('not-found', met.at, 'refers to a Patient that does not exist here')
    : issue('multiple-matches', met.at, 'refers to several Patients')
}

/** What is wrong with the references of a resource. */
export const referenceIssues = (
  resource: Resource,
  references: readonly Met[],
  bank: Bank,
  base: string,
): readonly Issue[] =>
  references.flatMap((met) => {
    const text = textOf(met.reference['reference'])
    const identifier = asObject(met.reference['identifier'])
    if (text === undefined && identifier === undefined)
      return [issue('invariant', met.at, 'ref: a reference or an identifier is needed')]
    const found =
      text === undefined && identifier !== undefined
        ? logicalIssue(identifier, met, bank)
        : text?.startsWith('#')
          ? containedIssue(text, met, resource)
          : literalIssue(text ?? '', met, bank, base)
    return found === undefined ? [] : [found]
  })
