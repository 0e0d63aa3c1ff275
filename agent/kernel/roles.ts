import { type Static, Type } from 'typebox'

/** What a consumer is for, in the words of the clinic. [security checklist, A4] */
export const roles = {
  'receipt-computer': {
    title: 'レセコン',
    detail: 'Receipt computer: every field; asks and adds notes.',
  },
  ehr: { title: '電子カルテ', detail: 'EHR: every field; asks and adds notes.' },
  billing: {
    title: '医事',
    detail: 'Billing office: every field, held ones too; asks and decides.',
  },
  reception: {
    title: '受付',
    detail: 'Front desk: every field but of held ones; asks and adds notes.',
  },
  liaison: {
    title: '地域連携室',
    detail: 'Liaison office: first visits, changes of insurer and referral ticks.',
  },
  ward: { title: '病棟・看護', detail: 'Ward and nursing: who is insured how, without numbers.' },
  'general-affairs': { title: '総務', detail: 'General affairs: roster status only.' },
  'remote-billing': {
    title: '遠隔医事',
    detail: 'Remote billing office: what billing sees, read-only, from its VPN source.',
  },
  'after-hours': {
    title: '時間外の連携医療機関',
    detail: 'After-hours clinic: what the ward sees, read-only, from its VPN source.',
  },
  it: { title: '院内IT', detail: 'Clinic IT: health and parts; no patient data.' },
  vendor: { title: '保守業者', detail: 'Support vendor: health and parts; no patient data.' },
} as const satisfies Record<string, { readonly title: string; readonly detail: string }>

export type Role = keyof typeof roles

const names = Object.keys(roles).filter((name): name is Role => Object.hasOwn(roles, name))
export const roleNames: readonly Role[] = names

export const RoleName = Type.Enum(names, { description: 'What the consumer is for.' })
export type RoleName = Static<typeof RoleName>

export const isRole = (name: string): name is Role => Object.hasOwn(roles, name)

/** Roles that may see every field, and so the official bytes. */
const full: readonly Role[] = ['receipt-computer', 'ehr', 'billing', 'reception', 'remote-billing']
/** Roles that see some fields; which, `field-roles.ts` says. */
export const narrowRoles = ['liaison', 'ward', 'after-hours'] as const satisfies readonly Role[]
export type NarrowRole = (typeof narrowRoles)[number]

export const isFull = (role: Role): boolean => full.includes(role)
export const narrowRole = (role: Role): NarrowRole | undefined =>
  narrowRoles.find((narrow) => narrow === role)
/** Whether there is anything of a patient that the role may see. */
export const seesPatients = (role: Role): boolean => isFull(role) || narrowRole(role) !== undefined

/** Roles that decide on held verifications, and therefore see what is in them. */
export const seesHeld = (role: Role): boolean => role === 'billing' || role === 'remote-billing'

/** Outside the house: their consumers come from named sources only. */
export const needsSources = (role: Role): boolean =>
  role === 'remote-billing' || role === 'after-hours'
