import { advisory } from '../../kernel/advisories.ts'
import type { Advisory, Reception } from '../../kernel/judgement.ts'
import type { Verification } from '../../kernel/verification.ts'
import { answerAdvice } from './answer-advice.ts'
import type { Advise, Case } from './case.ts'
import { characterAdvice } from './characters.ts'
import { consentsOf } from './consents.ts'
import { historyOf, historyOfNewcomer } from './history.ts'
import type { Match } from './identity.ts'
import { kanaAdvice } from './kana.ts'

const advice: readonly Advise[] = [...answerAdvice, characterAdvice, kanaAdvice]

const RANK: Readonly<Record<Advisory['severity'], number>> = { stop: 0, warn: 1, info: 2 }

/**
 * The answer with everything that a person should look at, the most urgent first. What the official
 * side said stays as it came. Pure.
 */
export function judge(one: Case, match: Match, reception: Reception | null): Verification {
  const { draft } = one
  // Of somebody whom it is not linked to, nothing may be said about it.
  const isTheirs = match.link.is === 'known' || match.isHeld
  const whose: Case = {
    ...one,
    draft: { ...draft, held: match.isHeld },
    patient: isTheirs ? one.patient : null,
    history: isTheirs ? one.history : null,
  }
  const advisories = [
    ...match.advisories,
    ...advice.flatMap((advise) => advise(whose)),
    ...aboutAsking(one, reception),
  ]
  return {
    ...draft,
    held: match.isHeld,
    identity: match.identity,
    history: match.link.is === 'new' ? historyOfNewcomer(one) : historyOf(whose),
    consents: consentsOf(draft.results, one.at),
    reception,
    advisories: advisories.toSorted((a, b) => RANK[a.severity] - RANK[b.severity]),
  }
}

/** What is to be known of how it was asked. */
function aboutAsking({ question }: Case, reception: Reception | null): Advisory[] {
  const isAsPrinted = question.kind === 'card-face' && question.asPrintedBy !== undefined
  return [
    ...(isAsPrinted ? [advisory('TYPED_AS_PRINTED')] : []),
    ...(reception?.clock === 'unsynchronised'
      ? [advisory('CLOCK_UNTRUSTED', 'reception.clock')]
      : []),
  ]
}
