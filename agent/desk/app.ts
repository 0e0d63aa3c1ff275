import type { TemplateResult } from 'lit-html'
import type { DeskState, Print, Session } from '../api/desk-shapes.ts'
import type { StaffRole } from '../kernel/staff.ts'
import type { Answer, CallOptions } from './call.ts'
import type { Day } from './day.ts'

/** What a view may use. There is one, and it is the same as long as somebody is signed in. */
export interface App {
  /** Who is signed in: `staff` is there. */
  readonly session: Session
  /** Newest state of readers, lines and conditions; null before the first. */
  readonly state: DeskState | null
  /** False: the agent is out of reach, and everything on the page is as old as `state`. */
  readonly isConnected: boolean
  /** The verifications of today, live. */
  readonly day: Day
  /** Whether the role may use a route, `GET /v1/worklist`. */
  may(route: string): boolean
  call<T>(
    method: 'GET' | 'POST' | 'PUT' | 'DELETE',
    path: string,
    options?: CallOptions,
  ): Promise<Answer<T>>
  /** To be called after anything that is shown has changed; it is drawn when this returns. */
  changed(): void
  /** `#/today/ID`: goes to another view. */
  go(path: string): void
  /** Says something for a moment, also to screen readers. */
  say(text: string): void
  /**
   * Prints a sheet, audited: the page is the sheet until the print dialogue has closed, or, where the
   * browser does not say when, until the person goes back.
   */
  print(sheet: Sheet): void
}

export interface Sheet {
  readonly kind: Print['kind']
  /** Id of what it is about, or a day. */
  readonly subject: string
  readonly body: TemplateResult
}

/** What is known of a page of the desk before it is loaded. */
export interface ViewCard {
  /** `now`: at `#/now`. */
  readonly name: string
  /** In the navigation, Japanese. */
  readonly title: string
  /** It is shown to who may use this route. */
  readonly needs: string
  /** Who begins here; everybody else at the first that they may see. */
  readonly beginsFor?: StaffRole
  /** Where the list is of what waits there; how long it is stands behind the title. */
  readonly waiting?: string
  load(): Promise<MakeView>
}

/**
 * One page of the desk. Made once per signing in, so that it may keep what is being typed; while the
 * page is locked nothing of it is in the document.
 */
export interface View {
  /** What stands behind the name: `#/today/ID` gives `ID`; called each time that it is gone to. */
  enter?(argument: string): void
  render(): TemplateResult
  /** Something of the feed has come, or the state is new: once for all that came since it was drawn. */
  heard?(): void
}

export type MakeView = (app: App) => View
