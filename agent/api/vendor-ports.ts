import type { NewWindow, Person, VendorAction, VendorWindow } from '../kernel/vendor-access.ts'

/** The support vendor's way in. */
export interface VendorAccess {
  isOpen(): boolean
  /** Newest first. */
  list(): readonly VendorWindow[]
  find(id: string): VendorWindow | undefined
  /** What was done in a window, oldest first. */
  actions(id: string): readonly VendorAction[]
  /** Throws `VENDOR_OPEN`, `STORE_*`. */
  open(wanted: NewWindow, by: Person): Promise<VendorWindow>
  /** Signs out whoever came in by it, at once. Throws `NOT_FOUND`, `STORE_*`. */
  shut(id: string, by: Person): Promise<VendorWindow>
  /** Throws `NOT_FOUND`, `VENDOR_REPORT_EARLY`, `STORE_*`. */
  confirm(id: string, by: Person): Promise<VendorWindow>
  /** Into the audit, before the answer. Throws `STORE_*`. */
  acted(actor: string, route: string): Promise<void>
}
