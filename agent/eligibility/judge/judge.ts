import type { Reception } from '../../kernel/judgement.ts'
import type { Verification } from '../../kernel/verification.ts'
import type { Case } from './case.ts'
import type { Match } from './identity.ts'

export function judge(one: Case, match: Match, reception: Reception | null): Verification {
  return { ...one.draft, held: match.isHeld, identity: match.identity, reception }
}
