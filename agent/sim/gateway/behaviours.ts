import { type Behaviour, isClear, type Place, placeOf, prefixOf } from './behaviour.ts'
import { holds, type Prefix } from './source.ts'

/** What a request or a connection is at. */
export type Moment = Exclude<Place, 'any'>

export interface Behaviours {
  /** As `Behaviour` says. Throws `BehaviourError`, and then nothing has changed. */
  set(behaviour: Behaviour): void
  /** What to do to what comes from this address; '' for one that is not known. */
  peek(at: Moment, source: string, patient?: string): Behaviour
  /** The same, and counts it. */
  take(at: Moment, source: string, patient?: string): Behaviour
}

interface Standing {
  readonly behaviour: Behaviour
  readonly place: Place
  readonly prefix: Prefix | undefined
  left: number
}

const NORMAL: Behaviour = {}

const keyOf = (prefix: Prefix | undefined) =>
  prefix === undefined ? '' : `${prefix.bits}/${prefix.length}`

const isFor = ({ place, prefix }: Standing, at: Moment, source: string) =>
  (place === at || (place === 'any' && at !== 'connection')) &&
  (prefix === undefined || holds(prefix, source))

const lengthOf = ({ prefix }: Standing) => prefix?.length ?? -1

export const openBehaviours = (): Behaviours => {
  const standing = new Map<string, Standing>()
  const find = (at: Moment, source: string, patient: string | undefined) =>
    [...standing.values()]
      .filter((one) => isFor(one, at, source))
      .filter(
        ({ behaviour }) => behaviour.patient === undefined || behaviour.patient === Number(patient),
      )
      .sort((a, b) => lengthOf(b) - lengthOf(a))[0]
  return {
    set: (behaviour) => {
      const place = placeOf(behaviour)
      const prefix = prefixOf(behaviour)
      const { mode, times, from } = behaviour
      if (isClear(behaviour) && from === undefined) standing.clear()
      // A logout happens once unless it is told how often; the sessions are not kept here.
      else if (isClear(behaviour) || (mode === 'logout' && times === undefined))
        standing.delete(keyOf(prefix))
      else
        standing.set(keyOf(prefix), {
          behaviour,
          place,
          prefix,
          left: times ?? Number.POSITIVE_INFINITY,
        })
    },
    peek: (at, source, patient) => find(at, source, patient)?.behaviour ?? NORMAL,
    take: (at, source, patient) => {
      const found = find(at, source, patient)
      if (found === undefined) return NORMAL
      found.left -= 1
      if (found.left <= 0) standing.delete(keyOf(found.prefix))
      return found.behaviour
    },
  }
}
