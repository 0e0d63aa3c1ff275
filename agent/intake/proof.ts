import { createHash } from 'node:crypto'
import type { CardGateway, CardProof } from '../gateway/gateway.ts'
import type { ConfirmedCard } from './presentations.ts'

/**
 * Has the card's holder enter the PIN in the reader's own pad, and the card sign the gateway's
 * challenge. Rejects with what `Sign` or `CardGateway.challenge` fail with; nothing was asked then.
 */
export async function proofOf(
  { sign }: Pick<ConfirmedCard, 'sign'>,
  challengeFrom: CardGateway['challenge'],
): Promise<CardProof> {
  // Bounded by the gateway's own time-out.
  const challenge = await challengeFrom(new AbortController().signal)
  const digest = createHash('sha256').update(challenge).digest()
  return { challenge, signature: await sign(digest) }
}
