import { AgentError } from '../../kernel/errors.ts'
import { contradicts, resembles, type Traits } from '../../kernel/person.ts'
import type { Mapped } from './mapping.ts'

/**
 * Throws `ORCA_IDENTITY_DIFFERS` unless ORCA’s patient is clearly the one that the answer speaks of:
 * the birth date, the given name, and nothing against it. Before every write.
 */
export function checkIdentity({ person }: Mapped, kept: Traits): void {
  const isClear =
    person !== null &&
    person.birthdate !== '' &&
    resembles(person, kept) &&
    !contradicts(person, kept)
  if (isClear) return
  throw new AgentError('ORCA_IDENTITY_DIFFERS', 'the patient of this number is another person', {
    facts: {
      isOtherBirthDate: person?.birthdate !== kept.birthdate,
      isOtherSex: person?.sex !== kept.sex,
    },
  })
}
