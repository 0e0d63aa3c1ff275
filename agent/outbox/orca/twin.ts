import { AgentError } from '../../kernel/errors.ts'
import { resembles, type Traits } from '../../kernel/person.ts'
import { recordsIn, type Xml2Message } from '../../xmlmsg/xml2.ts'
import { expectRead, type OrcaAnswer, type OrcaClient } from './client.ts'
import { textsOf, traitsOf, valueIn } from './elements.ts'
import type { Mapped } from './mapping.ts'
import { isSameNumber } from './width.ts'

const PATH = '/api01rv2/patientlst3v2?class=01'

/** Nobody is found; the name has a character that ORCA cannot look for. [API page of patientlst3v2] */
const NOBODY: ReadonlySet<string> = new Set(['20', '10'])
/** A hundred or more are found, and not shown. */
const TOO_MANY = '21'

/**
 * Throws `ORCA_IDENTITY_DIFFERS` where ORCA has this person under another number: the one that was
 * asked is then more likely mistyped than the person new. Looked for by birth date, once by name and
 * once by kana, as names are written in several ways. Throws as `expectRead` does.
 */
export async function checkIsNew(
  client: OrcaClient,
  { person, patient }: Pick<Mapped, 'person' | 'patient'>,
  number: string,
  signal: AbortSignal,
): Promise<void> {
  const birthDate = valueIn(patient, 'BirthDate')
  for (const element of ['WholeName', 'WholeName_inKana']) {
    const request = searchFor(valueIn(patient, element), birthDate)
    const answer = await client.post(PATH, request, signal)
    if (NOBODY.has(answer.apiResult)) continue
    if (answer.apiResult === TOO_MANY || (person !== null && hasOther(answer, person, number)))
      throw new AgentError('ORCA_IDENTITY_DIFFERS', 'ORCA has this person under another number', {
        facts: { isUnderOtherNumber: true },
      })
  }
}

/** In the order of the API page. */
const searchFor = (name: string, birthDate: string): Xml2Message => ({
  name: 'patientlst3req',
  record: { WholeName: name, Birth_StartDate: birthDate, Birth_EndDate: birthDate },
})

const hasOther = (answer: OrcaAnswer, person: Traits, number: string): boolean =>
  recordsIn(expectRead(answer, 'patientlst3v2').record, 'Patient_Information')
    .map(textsOf)
    .some(
      (kept) =>
        !isSameNumber(valueIn(kept, 'Patient_ID'), number) && resembles(person, traitsOf(kept)),
    )
