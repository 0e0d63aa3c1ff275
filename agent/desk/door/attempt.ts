import { html, nothing, type TemplateResult } from 'lit-html'
import type { Answer, Trouble } from '../call.ts'

/** Tries at a secret: one at a time, and none before the agent takes one again. */
export interface Attempt {
  readonly trouble: Trouble | undefined
  readonly isBlocked: boolean
  /** How long to wait, counted down; nothing where there is no wait. */
  readonly wait: TemplateResult | typeof nothing
  /** Undefined: not made, for it was too early. */
  make<T>(call: () => Promise<Answer<T>>): Promise<Answer<T> | undefined>
  close(): void
}

export function openAttempt(draw: () => void): Attempt {
  let trouble: Trouble | undefined
  let isBusy = false
  let openAt = 0
  let ticking: number | undefined

  const left = () => Math.max(0, Math.ceil((openAt - Date.now()) / 1_000))
  const tick = () => {
    if (left() === 0) {
      window.clearInterval(ticking)
      trouble = undefined
    }
    draw()
  }
  return {
    get trouble() {
      return trouble
    },
    get isBlocked() {
      return isBusy || left() > 0
    },
    get wait() {
      const seconds = left()
      return seconds === 0
        ? nothing
        : html`<p class="card warn" role="timer">あと <strong>${seconds}秒</strong> 待ってから、もう一度入力してください。</p>`
    },
    async make(call) {
      if (this.isBlocked) return undefined
      isBusy = true
      const answer = await call()
      isBusy = false
      trouble = answer.ok ? undefined : answer.trouble
      window.clearInterval(ticking)
      if (trouble?.waitSeconds !== undefined) {
        openAt = Date.now() + trouble.waitSeconds * 1_000
        ticking = window.setInterval(tick, 1_000)
      }
      draw()
      return answer
    },
    close: () => window.clearInterval(ticking),
  }
}
