import type { App } from '../app.ts'
import type { Answer, Trouble } from '../call.ts'
import { type Draft, nested, openDraft } from '../draft.ts'
import { focusOn, focusOnMistake } from '../focus.ts'
import { openOnce } from '../once.ts'
import { type RosterList, type Shown, textAt } from './roster-words.ts'

type Rights = Pick<RosterList, 'seen' | 'editable'>

/** One patient of the roster while somebody works on it. */
export interface Opened {
  readonly app: App
  /** As it was read; undefined: a new one. */
  entry: Shown | undefined
  readonly rights: Rights
  readonly draft: Draft
  /** Of the consent: who said it, and when. */
  readonly consent: Draft
  readonly once: ReturnType<typeof openOnce>
  trouble: Trouble | undefined
  /** Why it could not be read anew: what stands there is older. */
  unread: Trouble | undefined
  /** As somebody else has changed it since it was read. */
  theirs: Shown | undefined
  isSending: boolean
  isRemoving: boolean
  readonly ends: Ends
}

interface Ends {
  /** The list has changed. */
  changed(): void
  left(said?: string): void
}

const valuesOf = (entry: Shown | undefined, { editable }: Rights) =>
  Object.fromEntries(editable.map((path) => [path, textAt(entry, path)]))

export const openRosterEntry = (
  app: App,
  entry: Shown | undefined,
  rights: Rights,
  ends: Ends,
): Opened => ({
  app,
  entry,
  rights,
  draft: openDraft(app.changed, valuesOf(entry, rights)),
  consent: openDraft(app.changed, { by: app.session.staff?.name ?? '' }),
  once: openOnce(),
  trouble: undefined,
  unread: undefined,
  theirs: undefined,
  isSending: false,
  isRemoving: false,
  ends,
})

/** Runs what is sent; what came back becomes what stands there. */
export async function sending(
  opened: Opened,
  send: () => Promise<Answer<Shown>>,
): Promise<Shown | undefined> {
  const { app } = opened
  if (opened.isSending) return undefined
  Object.assign(opened, { isSending: true, trouble: undefined })
  app.changed()
  const answer = await send()
  Object.assign(opened, { isSending: false, trouble: answer.ok ? undefined : answer.trouble })
  opened.draft.tell(answer.ok ? [] : answer.trouble.mistakes)
  if (answer.ok) {
    opened.unread = undefined
    opened.once.answered()
    opened.ends.changed()
  } else if (answer.trouble.mistakes.length > 0) focusOnMistake()
  app.changed()
  return answer.ok ? answer.body : undefined
}

export async function save(opened: Opened): Promise<void> {
  const { app, entry, draft, once, ends } = opened
  const body = nested(draft.written())
  const saved = await sending(opened, () =>
    entry === undefined
      ? app.call('POST', '/v1/roster', { body, headers: once.headers(body) })
      : app.call('PUT', `/v1/roster/${entry.id}`, {
          body,
          headers: { 'if-match': `"${(opened.theirs ?? entry).version}"` },
        }),
  )
  if (saved !== undefined) return ends.left('保存しました')
  if (opened.trouble?.code === 'ROSTER_CHANGED' && entry !== undefined) await readTheirs(opened)
}

/** Nothing typed is lost when somebody else was first: both stand there, and a person decides. */
async function readTheirs(opened: Opened): Promise<void> {
  const { app, entry } = opened
  const now = await app.call<Shown>('GET', `/v1/roster/${entry?.id}`)
  if (now.ok) Object.assign(opened, { theirs: now.body, trouble: undefined })
  else opened.trouble = now.trouble
  app.changed()
  if (now.ok) focusOn('.conflict h2')
}

export async function remove(opened: Opened): Promise<void> {
  const { app, entry, ends } = opened
  const removed = await sending(opened, () => app.call('DELETE', `/v1/roster/${entry?.id}`))
  if (removed !== undefined) ends.left('名簿から外しました')
}

/** `is`: given or revoked, by whom and when the draft of the consent says. */
export async function recordConsent(opened: Opened, is: 'given' | 'revoked'): Promise<void> {
  const { app, entry, consent, draft, rights, once } = opened
  const { by = '', at } = consent.written()
  const body = { by, ...(at !== undefined && { at: `${at}:00+09:00` }) }
  const path = `/v1/roster/${entry?.id}/consent${is === 'given' ? '' : '/revocation'}`
  const now = await sending(opened, () =>
    app.call('POST', path, { body, headers: once.headers(body) }),
  )
  if (now === undefined) return
  const isSame = JSON.stringify(valuesOf(now, rights)) === JSON.stringify(valuesOf(entry, rights))
  // What somebody else changed meanwhile is not to be written over.
  if (!draft.isTouched) draft.fill(valuesOf(now, rights))
  else if (!isSame) opened.theirs = now
  opened.entry = now
  consent.fill({ by: app.session.staff?.name ?? '' })
  app.say(is === 'given' ? '継続同意を記録しました' : '同意の取り消しを記録しました')
}
