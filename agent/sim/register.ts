import { type Case, type Cover, type Person, patient, processed } from './patients/case.ts'
import type { CardFace, Patient } from './patients/element.ts'
import { withCardFace } from './patients.ts'

/** What an insurer registers about one person: all of a case but what the table of the forty says. */
export interface Registration extends Pick<Case, 'more' | 'answer' | 'noBranchOnFace'> {
  readonly person: Person
  readonly cover: Cover
}

/**
 * People beside the forty, whom insurers enter, change and strike off between two questions. Handed to
 * the gateway as `alsoKnown`.
 */
export interface Register {
  /** Under a name of the caller's; what stood under it is replaced. The card that the person holds. */
  enter(name: string, registration: Registration): CardFace
  strike(name: string): void
  /** With several of one card face (twins, and no branch), the official side picks nobody. */
  alsoKnown(asked: CardFace): Patient | undefined
}

export const openRegister = (): Register => {
  const people = new Map<string, Patient>()
  return {
    enter(name, registration) {
      const entered = patient({
        ...registration,
        number: name,
        shows: 'entered into the register',
        showsJa: '登録した人',
      })
      people.set(name, entered)
      return entered.cardFace
    },
    strike: (name) => void people.delete(name),
    alsoKnown(asked) {
      const [one, another] = withCardFace([...people.values()], asked)
      if (one === undefined || another === undefined) return one
      return { ...one, outcome: 'multiple', answer: () => processed('5', []) }
    },
  }
}
