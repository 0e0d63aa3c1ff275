import { isFull, type Role, roleNames, seesPatients } from '../kernel/roles.ts'
import { staffRoles } from '../kernel/staff.ts'

/** Who may read what is known of patients, each as its role sees it. */
const readers = roleNames.filter(seesPatients)
/** Who sees every field, and so the official bytes. */
const everything = roleNames.filter(isFull)
/** Who asks, and enters what reception knows. */
const askers: readonly Role[] = ['receipt-computer', 'ehr', 'billing', 'reception']
/** Who adds notes; the liaison office ticks referrals. */
const noters: readonly Role[] = [...askers, 'liaison']
/** Who sees something of the home-care roster; what, `kernel/roster-roles.ts` says. */
const rosterReaders: readonly Role[] = [...everything, 'ward', 'after-hours', 'general-affairs']
/** Who looks after the machine, without patient data. */
const keepers: readonly Role[] = ['it', 'vendor']
const parts: readonly Role[] = [...askers, ...keepers]
/** Who hands patients over between reception and the liaison office. */
const handovers: readonly Role[] = ['reception', 'billing', 'remote-billing', 'liaison']
/** Who may send everything over another line. */
const switchers: readonly Role[] = ['reception', 'billing', 'it']
/** Who lets the support vendor in, and confirms what was done: a small clinic has no IT of its own. */
const openers: readonly Role[] = ['reception', 'billing', 'it']
/** Who adds and disables staff. */
const admins: readonly Role[] = ['it']

/**
 * The route × role table. A route that is not in it is refused to everyone; what of an answer a
 * role sees is the field × role table's. Open probes (`/livez`, `/readyz`) ask for no token, and
 * monitors of `monitor_from` need none at `/health` and `/metrics`.
 */
export const routeRoles: Readonly<Record<string, readonly Role[]>> = {
  'GET /v1/events': readers,
  'GET /v1/verifications': readers,
  'GET /v1/verifications/:id': readers,
  'GET /v1/patients/:patientNumber/verifications/latest': readers,
  'GET /v1/verifications/:id/message': everything,
  'GET /v1/verifications/:id/claim-form': everything,
  'POST /v1/verifications': askers,
  'POST /v1/card-faces/check': askers,
  'POST /v1/verifications/:id/recheck': askers,
  'POST /v1/verifications/:id/notes': noters,
  'GET /v1/presentations': askers,
  'POST /v1/presentations/:id/confirmation': askers,
  'POST /v1/batches': askers,
  'GET /v1/batches/:id': everything,
  'POST /v1/reference-numbers': askers,
  'GET /v1/reference-numbers/:id': everything,
  'POST /v1/offline-intakes': askers,
  'GET /v1/offline-intakes': everything,
  'GET /v1/offline-intakes/:id': everything,
  'POST /v1/offline-intakes/:id/closing': askers,
  'GET /v1/worklist': everything,
  'GET /v1/handovers': handovers,
  'GET /v1/roster': rosterReaders,
  'GET /v1/roster/:id': rosterReaders,
  'POST /v1/roster': askers,
  'PUT /v1/roster': askers,
  'PUT /v1/roster/:id': [...askers, 'general-affairs'],
  'DELETE /v1/roster/:id': askers,
  'POST /v1/roster/:id/consent': askers,
  'POST /v1/roster/:id/consent/revocation': askers,
  'GET /v1/outages': [...everything, ...keepers],
  'GET /v1/digest': ['billing', 'remote-billing'],
  'GET /v1/comparisons': everything,
  'GET /v1/deliveries': parts,
  'POST /v1/deliveries/:id/retry': ['billing'],
  'POST /v1/deliveries/:id/drop': ['billing'],
  'PUT /v1/appointments/:day': askers,
  'GET /v1/appointments/:day': [...everything, 'ward', 'after-hours'],
  'GET /v1/jobs': ['billing', 'remote-billing', ...keepers],
  'POST /v1/jobs/:name/runs': ['billing'],
  'GET /v1/readers': parts,
  'GET /v1/lines': parts,
  'GET /v1/lines/:name/report': parts,
  'GET /v1/lines/:name/quality': parts,
  'POST /v1/lines/:name/use': switchers,
  'POST /v1/lines/:name/release': switchers,
  'GET /v1/terminal': parts,
  'GET /v1/vendor-access': openers,
  'POST /v1/vendor-access': openers,
  'POST /v1/vendor-access/:id/closing': openers,
  'GET /v1/vendor-access/:id/report': openers,
  'POST /v1/vendor-access/:id/confirmation': openers,
  'GET /health': keepers,
  'GET /metrics': keepers,
  'GET /openapi.json': roleNames,
  'GET /desk/live': staffRoles,
  'POST /desk/prints': staffRoles,
  'GET /desk/staff': admins,
  'POST /desk/staff': admins,
  'POST /desk/staff/:id/reset': admins,
  'POST /desk/staff/:id/disable': admins,
}

/** Whether only who administers the desk may use a route. */
export const isOfAdmins = (route: string): boolean =>
  Object.hasOwn(routeRoles, route) && routeRoles[route] === admins

/** Whether a role may use a route, `GET /v1/events`. */
export const mayUse = (role: Role, route: string): boolean =>
  Object.hasOwn(routeRoles, route) && routeRoles[route]?.includes(role) === true
