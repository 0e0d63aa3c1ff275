import { effectiveCardQueries } from '../config/gateway.ts'
import type { Config } from '../config/schema.ts'
import type { Verifications } from './api/ports.ts'
import { checksOf } from './checks.ts'
import type { Asker } from './eligibility/asker.ts'
import { claimFormOf } from './eligibility/claim-form.ts'
import type { Eligibility } from './eligibility/eligibility.ts'
import type { Judging } from './eligibility/ending.ts'
import { officialMessage } from './eligibility/message.ts'
import { addNote } from './eligibility/notes.ts'
import { checkAsk } from './intake/ask-body.ts'
import { checkFacePart } from './intake/face-part.ts'
import type { Intake } from './intake/intake.ts'
import { proofOf } from './intake/proof.ts'
import { AgentError, asFault } from './kernel/errors.ts'
import { isOfHandover } from './kernel/handover.ts'
import { holdsIndividualNumber } from './kernel/individual-number.ts'
import { maskHandedOver } from './kernel/masking.ts'
import type { OfficialResult } from './kernel/official.ts'
import { type Role, seesHeld } from './kernel/roles.ts'
import type { NoteKind } from './kernel/verification.ts'
import type { Official } from './official.ts'
import { askerOf } from './offline.ts'
import type { Platform } from './platform.ts'
import type { Store } from './store/store.ts'

interface Desk {
  readonly judging: Judging
  /** What a card is to sign; null where cards cannot be asked about. */
  readonly challenge: Official['challenge']
  readonly store: Store
  readonly eligibility: Eligibility
  readonly intake: Intake<{ readonly id: string }>
}

/** What the API asks for, put together from store, eligibility and readers. */
export function verificationsOf(
  config: Config,
  { judging, challenge, store, eligibility, intake }: Desk,
  { clock }: Platform,
): Verifications {
  const confirmTap = async (presentationId: string, person: string | null, asker: Asker) => {
    if (challenge === null)
      throw new AgentError('CARD_QUERY_OFF', 'the terminal’s folders take card faces only')
    if (!effectiveCardQueries(config.gateway))
      throw new AgentError('CARD_QUERY_OFF', '`gateway.card_queries` is off')
    if (person !== null && holdsIndividualNumber(person))
      throw new AgentError('INDIVIDUAL_NUMBER_REFUSED', '`by` looks like an individual number')
    const how = person === null ? 'pin' : 'visual'
    return intake.confirm(presentationId, how, async (card) =>
      eligibility.askByCard(card, person ?? (await proofOf(card, challenge)), asker),
    )
  }
  return {
    async ask(body, by) {
      const { face, declared } = checkAsk(body, checksOf(store, clock, judging.rules))
      return eligibility.ask(face, askerOf(by), declared)
    },
    checkPart: (part) => checkFacePart(part, checksOf(store, clock, judging.rules)),
    recheck: (id, by) => eligibility.recheck(id, askerOf(by)),
    async confirm(presentationId, person, by) {
      try {
        return await confirmTap(presentationId, person, askerOf(by))
      } catch (error) {
        // After a crash, or when the tap has lapsed: a repeated confirmation finds what it made.
        const isOver = ['PRESENTATION_GONE', 'CARD_QUERY_OFF'].includes(asFault(error).code)
        const known = isOver ? store.questionOfPresentation(presentationId) : undefined
        if (known === undefined) throw error
        return { id: known }
      }
    },
    find(id, role) {
      const found = store.find(id)
      return found === undefined || found === 'open' ? found : shownOf(store, id, found, role)
    },
    ended: eligibility.ended,
    message(id, role, charset) {
      if (store.isHeld(id) && !seesHeld(role))
        throw new AgentError('VERIFICATION_HELD', 'it is held until a person releases it')
      return officialMessage(store, id, charset)
    },
    claimForm(id, role) {
      if (store.isHeld(id) && !seesHeld(role))
        throw new AgentError('VERIFICATION_HELD', 'it is held until a person releases it')
      const found = store.find(id)
      if (found === 'open') throw new AgentError('QUESTION_OPEN', 'the question has not ended')
      return found && claimFormOf(resultsIn(found))
    },
    latest(patientNumber, role) {
      const found = store.latest(patientNumber)
      return found === undefined ? undefined : store.feed.shown(found, role)
    },
    async note(verificationId, { patientNumber, ...note }, by) {
      const { role } = by.consumer
      // Of what a role may not see it knows nothing, and adds nothing.
      const found = store.find(verificationId)
      if (found instanceof Uint8Array && !shownOf(store, verificationId, found, role))
        throw new AgentError('NOT_FOUND', 'no such verification')
      refuseForeign(note.kind, role)
      if ((note.kind === 'release' || note.kind === 'rejection') && !seesHeld(role))
        throw new AgentError('FORBIDDEN', 'whose it is is said by who sees what is in it')
      const about = { verificationId, ...note }
      const item = await addNote({ store, judging, clock }, about, askerOf(by), patientNumber)
      const shown = store.feed.shown(item, role)
      if (shown === undefined) throw new Error(`role ${role} added what it may not see`)
      return shown
    },
  }
}

/** One that was handed over is found by whoever it was handed to, where the feed has only the tick. */
function shownOf(
  { feed, handovers }: Pick<Store, 'feed' | 'handovers'>,
  id: string,
  item: Uint8Array,
  role: Role,
): Uint8Array | undefined {
  const shown = feed.shown(item, role)
  if (shown !== undefined || !handovers.isHandedOver(id)) return shown
  return maskHandedOver(item, role) ?? undefined
}

/** Who takes care of a handover is said by those who hand it over to each other. */
const handingOver: readonly Role[] = ['reception', 'billing', 'liaison']

function refuseForeign(kind: NoteKind, role: Role): void {
  if (isOfHandover(kind) && !handingOver.includes(role))
    throw new AgentError('FORBIDDEN', 'reception, billing and the liaison office hand over')
  if (role === 'liaison' && kind !== 'referral' && !isOfHandover(kind))
    throw new AgentError('FORBIDDEN', 'the liaison office adds ticks of referrals and handovers')
}

/** What the store wrote itself. */
function resultsIn(item: Uint8Array): OfficialResult[] {
  const { verification }: { verification: { results: OfficialResult[] } } = JSON.parse(
    Buffer.from(item).toString(),
  )
  return verification.results
}
