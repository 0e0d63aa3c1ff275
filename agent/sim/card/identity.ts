import type { Patient } from '../patients/element.ts'
import { makeCardAuthority } from '../pki.ts'
import type { CardIdentity } from './jpki-applet.ts'

export type CardHolder = Pick<Patient, 'cardId' | 'cardExpires'>

/** Makes what cards hold; a patient's card stays the same as long as the issuer lives. */
export interface CardIssuer {
  /** `expired`: the 利用者証明用 certificate ended a month ago, whatever the patient's case says. */
  identityOf(holder: CardHolder, expired?: boolean): CardIdentity
}

const MONTH_MS = 30 * 86_400_000

/**
 * One authority, and one signature key and certificate for all cards, as nothing here may use it.
 * Keys are made when a card is first wanted, RSA-2048, some 100 ms each.
 */
export function makeCardIssuer(): CardIssuer {
  const authority = makeCardAuthority()
  const signing = authority.makeCardCertificate({
    cardId: 'simulated signature certificate',
    cardExpires: 'in-years',
  })
  const made = new Map<string, CardIdentity>()
  return {
    identityOf: (holder, expired = false) => {
      const name = `${holder.cardId} ${expired}`
      const known = made.get(name)
      if (known !== undefined) return known
      const auth = authority.makeCardCertificate(
        holder,
        expired ? Date.now() - MONTH_MS : undefined,
      )
      const identity: CardIdentity = {
        authKey: auth.key,
        authCertificate: auth.certificateDer,
        authCa: authority.certificateDer,
        signKey: signing.key,
        signCertificate: signing.certificateDer,
        signCa: authority.certificateDer,
      }
      made.set(name, identity)
      return identity
    },
  }
}
