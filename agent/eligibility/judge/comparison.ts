import type { Identity } from '../../kernel/judgement.ts'
import { isIncomplete } from '../../kernel/name-form.ts'
import { closestName, isOtherWriting, type Name, type NameVerdict } from '../../kernel/names.ts'
import { isOtherDay, isOtherSex, type Person, type Traits } from '../../kernel/person.ts'

/** Whom an answer speaks of, with every name that it has: the official one and the 通称. */
export interface OfficialPerson {
  readonly person: Person
  readonly names: readonly Name[]
}

/** One person as the clinic knows them, beside one of an answer. */
export interface Comparison {
  /** Of the names. */
  readonly verdict: NameVerdict
  /** The name of the answer that is closest. */
  readonly closest: Name
  readonly differences: Identity['differences']
  /** Real differences: of name, birth date and sex. */
  readonly count: number
}

/**
 * Compares what both say, trait by trait; ●, an empty field and sex 3 say nothing. A reading that
 * differs beside the same kanji is shown and not counted: official readings are often guessed.
 */
export function compareIdentity(known: Traits, { person, names }: OfficialPerson): Comparison {
  const { name: closest, verdict } = closestName(known, names) ?? {
    name: person,
    verdict: 'unknown' as const,
  }
  const isOtherName = verdict !== 'same' && verdict !== 'unknown'
  const isOtherKana = isOtherWriting(known.nameKana, closest.nameKana)
  const isShownByName = isOtherWriting(known.name, closest.name) || (isOtherName && !isOtherKana)
  const isDay = isOtherDay(known, person)
  const isSex = isOtherSex(known.sex, person.sex)
  const pair = (ours: string, returned: string) => ({ known: ours, returned })
  return {
    verdict,
    closest,
    differences: {
      ...(isShownByName && { name: pair(known.name, closest.name) }),
      ...(isOtherKana && { nameKana: pair(known.nameKana, closest.nameKana) }),
      ...(isDay && { birthdate: pair(known.birthdate, person.birthdate) }),
      ...(isSex && { sex1: pair(known.sex, person.sex) }),
    },
    count: [isOtherName, isDay, isSex].filter(Boolean).length,
  }
}

/**
 * The clinic's record after an answer that is linked to it; null: it stays as it is. A whole name
 * takes the place of none and of one with ●, a new family name that of the old one. Otherwise the
 * clinic's own spelling stays, and nothing that is known gives way to what says less. Another sex is
 * left to a person.
 */
export function renamed(known: Traits, comparison: Comparison, person: Person): Traits | null {
  const { verdict, closest } = comparison
  const isNewFamily = verdict === 'family-differs' && !isIncomplete(closest.name)
  const next: Traits = {
    name: better(known.name, closest.name, isNewFamily),
    nameKana: better(known.nameKana, closest.nameKana, isNewFamily),
    birthdate: known.birthdate || person.birthdate,
    sex: SAID.test(known.sex) || !SAID.test(person.sex) ? known.sex : person.sex,
  }
  const isSame =
    next.name === known.name &&
    next.nameKana === known.nameKana &&
    next.birthdate === known.birthdate &&
    next.sex === known.sex
  return isSame ? null : next
}

const SAID = /^[12]$/

/**
 * The clinic's record after a person said that an answer is about this patient: what differed, as it
 * came, or the same would be asked at every visit. What says less than it should is left; null: nothing.
 */
export function agreed({
  name,
  nameKana,
  birthdate,
  sex1,
}: Identity['differences']): Partial<Traits> | null {
  const next = {
    ...(name && !isIncomplete(name.returned) && { name: name.returned }),
    ...(nameKana && !isIncomplete(nameKana.returned) && { nameKana: nameKana.returned }),
    ...(birthdate && { birthdate: birthdate.returned }),
    ...(sex1 && { sex: sex1.returned }),
  }
  return Object.keys(next).length === 0 ? null : next
}

function better(ours: string, returned: string, isNewFamily: boolean): string {
  if (ours === '') return returned
  return !isIncomplete(returned) && (isNewFamily || isIncomplete(ours)) ? returned : ours
}
