import type { StaffAdded, StaffList } from '../../api/desk-shapes.ts'
import type { App } from '../app.ts'
import type { Answer, Trouble } from '../call.ts'

/** Who may sign in, as the agent has it, and changes of it: one at a time. */
export interface Registry {
  /** Undefined: not read yet. */
  readonly items: StaffList['items'] | undefined
  readonly trouble: Trouble | undefined
  readonly isBusy: boolean
  /** What was refused before is told no longer. */
  load(): Promise<void>
  /** Undefined: refused, `trouble` says why. */
  add(body: object): Promise<StaffAdded | undefined>
  reset(id: string): Promise<StaffAdded | undefined>
  disable(id: string): Promise<boolean>
}

export function openRegistry({ call, changed }: Pick<App, 'call' | 'changed'>): Registry {
  let items: StaffList['items'] | undefined
  /** Of the list, and of a change: the answer to one says nothing of the other. */
  let unread: Trouble | undefined
  let refused: Trouble | undefined
  let isBusy = false

  const load = async () => {
    refused = undefined
    const answer = await call<StaffList>('GET', '/desk/staff')
    unread = answer.ok ? undefined : answer.trouble
    if (answer.ok) items = answer.body.items
    changed()
  }
  /** The list is read anew afterwards, for somebody else may have changed it too. */
  const change = async <T>(path: string, body?: object): Promise<Answer<T> | undefined> => {
    if (isBusy) return undefined
    isBusy = true
    refused = undefined
    const answer = await call<T>('POST', path, body && { body })
    isBusy = false
    if (answer.ok) await load()
    else refused = answer.trouble
    changed()
    return answer
  }
  const added = async (path: string, body?: object) => {
    const answer = await change<StaffAdded>(path, body)
    return answer?.ok === true ? answer.body : undefined
  }
  const of = (id: string) => `/desk/staff/${encodeURIComponent(id)}`
  return {
    get items() {
      return items
    },
    get trouble() {
      return refused ?? unread
    },
    get isBusy() {
      return isBusy
    },
    load,
    add: (body) => added('/desk/staff', body),
    reset: (id) => added(`${of(id)}/reset`),
    disable: async (id) => (await change(`${of(id)}/disable`))?.ok === true,
  }
}
