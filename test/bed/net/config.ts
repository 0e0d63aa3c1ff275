import type { TableKeys } from '../../../agent/sim/clinic.ts'
import { GATEWAY_NAME, LINE_AUTH_NAME, type Plan } from './plan.ts'

/** Of `[[lines]]`: by interface, with its own DNS server; the gateway by name. */
export const lineKeys = ({ name, family, interface: device, dns }: Plan): TableKeys => ({
  name,
  family,
  interface: device,
  gateway: `https://${GATEWAY_NAME}`,
  dns_servers: [dns],
  line_auth_url: `http://${LINE_AUTH_NAME}`,
})
