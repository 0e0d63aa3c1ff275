import type { VendorAccess } from '../../agent/api/vendor-ports.ts'
import { AgentError } from '../../agent/kernel/errors.ts'
import type {
  NewWindow,
  Person,
  VendorAction,
  VendorWindow,
} from '../../agent/kernel/vendor-access.ts'

/** Open until a test shuts it: what is behind the door is what most tests are about. */
export class FakeVendor implements VendorAccess {
  readonly windows: VendorWindow[] = []
  readonly done: VendorAction[] = []
  refuse: Error | undefined
  isWide = true

  isOpen = () => this.isWide
  list = () => this.windows
  find = (id: string) => this.windows.find((one) => one.id === id)
  actions = (_id: string) => this.done

  async open({ minutes, reason, plan }: NewWindow, { name }: Person) {
    const window = {
      id: `w${this.windows.length}`,
      openedAt: 0,
      openedBy: name,
      until: minutes * 60_000,
      reason,
      plan,
      closedAt: null,
      closedBy: null,
      confirmedAt: null,
      confirmedBy: null,
    }
    this.windows.unshift(window)
    return window
  }

  shut = async (id: string, { name }: Person) => this.#change(id, { closedAt: 1, closedBy: name })
  confirm = async (id: string, { name }: Person) =>
    this.#change(id, { confirmedAt: 2, confirmedBy: name })

  async acted(actor: string, route: string) {
    if (this.refuse !== undefined) throw this.refuse
    this.done.push({ at: 0, actor, action: 'vendor', subject: route })
  }

  #change(id: string, changed: Partial<VendorWindow>): VendorWindow {
    const at = this.windows.findIndex((one) => one.id === id)
    const window = this.windows[at]
    if (window === undefined) throw new AgentError('NOT_FOUND', 'no such window')
    const next = { ...window, ...changed }
    this.windows[at] = next
    return next
  }
}
