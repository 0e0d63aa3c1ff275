import type { TemplateResult } from 'lit-html'
import type { Session } from '../../api/desk-shapes.ts'

export interface DoorWays {
  admit(session: Session): void
  look(): void
  signOut(): void
  lock(): void
}

/** Who was at the page until now, and has signed out, or was signed out by the agent. */
export type Before = 'nobody' | 'signed-out' | 'ended'

/** One of its screens; it lives as long as it is shown. */
export interface Screen {
  readonly title: string
  render(): TemplateResult
  close?(): void
}

export interface ScreenTools extends DoorWays {
  readonly session: Session
  readonly before: Before
  /** To the page as it is in this moment. */
  readonly place: HTMLElement
  draw(): void
}
