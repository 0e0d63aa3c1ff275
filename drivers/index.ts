import type { Driver } from './driver.ts'
import { pcsc } from './pcsc.ts'
import { pn532 } from './pn532.ts'
import { sim } from './sim.ts'
import { vivopay } from './vivopay.ts'

/** Every family of devices that can be driven. A list, not a registry: nothing runs on import. */
export const drivers = [pcsc, sim, pn532, vivopay] as const

/** Undefined where there is no such driver. */
export const driverNamed = (name: string): Driver | undefined =>
  drivers.find((driver) => driver.name === name)
