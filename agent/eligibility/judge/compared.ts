import type { History } from '../../kernel/judgement.ts'
import type { OfficialResult } from '../../kernel/official.ts'
import { hasPlaceholder, plain } from '../../kernel/person.ts'
import { normalInsurerNumber } from '../../xmlmsg/insurer-number.ts'

/** A field whose change since the last answer is told. Values are shown as they came. */
export interface Compared {
  readonly read: (result: OfficialResult) => string | undefined
  /** Whether two values that are there mean the same. */
  readonly isSame: (one: string, other: string) => boolean
  /**
   * When one that is not there differs from one that is. `never`: it may be left out for other reasons,
   * as without consent; `valid-answers`: between two valid answers; `other-insurer`: where the insurer is
   * another, as 後期高齢者 have no 記号 and 枝番.
   */
  readonly absence: 'never' | 'valid-answers' | 'other-insurer'
}

/** Padding, width, leading zeros and dashes are how systems write, not what they say. */
export const compared: { readonly [K in keyof Required<History['changes']>]: Compared } = {
  insurerNumber: {
    read: (result) => result.insurerNumber,
    isSame: by((value) => normalInsurerNumber(plain(value))),
    absence: 'never',
  },
  insuredCardSymbol: {
    read: (result) => result.insuredCardSymbol,
    isSame: by(undashed),
    absence: 'other-insurer',
  },
  insuredIdentificationNumber: {
    read: (result) => result.insuredIdentificationNumber,
    isSame: by(unpadded),
    absence: 'other-insurer',
  },
  insuredBranchNumber: {
    read: (result) => result.insuredBranchNumber,
    isSame: by(unpadded),
    absence: 'other-insurer',
  },
  insuredPartialContributionRatio: {
    read: (result) => result.insuredPartialContributionRatio,
    isSame: by(plain),
    absence: 'valid-answers',
  },
  elderlyRecipientContributionRatio: {
    read: (result) => result.elderlyRecipientCertificateInfo?.elderlyRecipientContributionRatio,
    isSame: by(plain),
    absence: 'valid-answers',
  },
  limitApplicationCertificateClassificationFlag: {
    read: (result) =>
      result.limitApplicationCertificateRelatedInfo?.limitApplicationCertificateClassificationFlag,
    isSame: by(plain),
    absence: 'never',
  },
  address: {
    read: (result) => result.address,
    isSame: isSameAddress,
    absence: 'never',
  },
}

function by(normal: (value: string) => string): Compared['isSame'] {
  return (one, other) => normal(one) === normal(other)
}

function unpadded(value: string): string {
  return undashed(value).replace(/^0+(?=.)/, '')
}

/** `plain` leaves the dashes that are no compatibility forms of one another. */
function undashed(value: string): string {
  return plain(value).replace(/[‐‑‒–—―−ー]/g, '-')
}

/** A `●` may be any character. */
function isSameAddress(one: string, other: string): boolean {
  const [left, right] = [Array.from(undashed(one)), Array.from(undashed(other))]
  return (
    left.length === right.length &&
    left.every((char, index) => char === right[index] || hasPlaceholder(char + right[index]))
  )
}
