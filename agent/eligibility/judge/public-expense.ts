import { advisory } from '../../kernel/advisories.ts'
import { plain } from '../../kernel/person.ts'
import { type Place, said, usableResults } from './answer.ts'
import type { Advise, Case } from './case.ts'

/** 公費: what came of it, and that what did not come was not looked at. */
export const publicExpenseAdvice: Advise = (one) => {
  const tickets = usableResults(one).flatMap(ticketsOf)
  if (tickets.length === 0)
    return one.draft.outcome === 'valid' && usableResults(one).length > 0
      ? [advisory('PUBLIC_EXPENSE_UNVERIFIED')]
      : []
  return foreign(tickets, one)
}

interface Ticket {
  readonly institution: string | undefined
  readonly path: string
}

const ticketsOf = ({ result, path }: Place): Ticket[] =>
  (result.publicExpenseResultList ?? []).map((ticket, index) => ({
    institution: said(ticket.designatedMedicalInstitutionCode),
    path: `${path}.publicExpenseResultList[${index}].designatedMedicalInstitutionCode`,
  }))

/** Who is treated at several places has a ticket for each: one of them is to be ours. */
function foreign(tickets: readonly Ticket[], { institutionCode }: Case) {
  const named = tickets.flatMap(({ institution, path }) =>
    institution === undefined ? [] : [{ institution, path }],
  )
  const isOurs = named.some(({ institution }) => isSame(institution, institutionCode))
  const [first] = named
  return isOurs || first === undefined
    ? []
    : [advisory('TICKET_OF_ANOTHER_INSTITUTION', first.path)]
}

/**
 * 医療機関コード, ten digits; the seven without prefecture and fee table are enough, as tickets are printed
 * with them. That official answers ever hold seven is not known.
 */
function isSame(theirs: string, ours: string): boolean {
  const [one, other] = [digitsOf(theirs), digitsOf(ours)]
  return one === other || (one.length === 7 && other.endsWith(one))
}

const digitsOf = (code: string) => plain(code).replace(/[^0-9A-Z]/g, '')
